import type postgres from "#db/driver.ts";
import type { FaultRecord } from "./nemesis.ts";
import { isAgentReader, type Reader, type Violation } from "./readers/reader.ts";
import type { AcknowledgedMessage, WritingLog } from "./writers.ts";

export type Verdict = {
	violations: Violation[];
	/**
	 * For each fault, in order: the number of messages acknowledged during the fault, and the slowest delivery after
	 * its end.
	 */
	faults: { record: FaultRecord; acked: number; slowestMs: number }[];
	/** Times in ms from the acknowledgement of a message until a reader showed it, over all messages and readers. */
	deliveries: { count: number; medianMs: number; p99Ms: number };
	messages: number;
};

type Row = {
	sessionId: string;
	seq: number;
	id: string;
	clientId: string | null;
	sender: string;
	text: string;
};
type Stream = { stream: string; count: number; first: number; last: number };
type Heads = { sessionId: string; public: number; internal: number };

/** The content of the database at the end. */
export type DatabaseContent = { messages: Row[]; streams: Stream[]; heads: Heads[] };

export async function readDatabaseContent(sql: postgres.Sql): Promise<DatabaseContent> {
	const messages = await sql<Row[]>`
		select session_id as "sessionId", seq, id::text, client_message_id as "clientId", sender_type as sender,
			message as text
		from chat_messages order by session_id, seq`;
	const streams = await sql<Stream[]>`
		select stream, count(*)::int as count, min(seq)::int as first, max(seq)::int as last
		from chat_events group by stream`;
	const heads = await sql<Heads[]>`
		select session_id as "sessionId", last_seq as public, internal_seq as internal from chat_sessions`;
	return { messages: [...messages], streams: [...streams], heads: [...heads] };
}

/** Whether every reader has shown every event. */
export function areComplete(readers: Reader[], heads: Heads[]): boolean {
	const bySession = new Map(heads.map((head) => [head.sessionId, head]));
	return readers.every((reader) => {
		const head = bySession.get(reader.talk.sessionId);
		return (
			head?.public === reader.state.applied.public &&
			(!isAgentReader(reader) || head.internal === reader.state.applied.internal)
		);
	});
}

/** Compares what the readers showed with the acknowledgements and the database. */
export function judge(options: {
	truth: DatabaseContent;
	log: WritingLog;
	readers: Reader[];
	faults: FaultRecord[];
	/** Violations that were found by other checks: processes that ended by themselves, leaks. */
	findings: Violation[];
	deadlineMs: number;
}): Verdict {
	const { truth, log, readers, faults } = options;
	const violations: Violation[] = [...options.findings, ...readers.flatMap((reader) => reader.faults)];
	const end = faults.at(-1)?.endedAt ?? Date.now();
	const accuse = (what: string, at = end) => violations.push({ at, what });

	judgeWriting(truth, log, accuse);
	judgeStreams(truth, accuse);
	const ackOf = new Map(log.acks.map((ack) => [ack.messageId, ack]));
	for (const reader of readers) judgeReader(reader, truth, ackOf, accuse);
	const { perFault, delays } = judgeDelays({ ...options, acks: log.acks, accuse });
	return {
		violations,
		faults: perFault,
		deliveries: {
			count: delays.length,
			medianMs: delays[delays.length >> 1] ?? 0,
			p99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0,
		},
		messages: truth.messages.length,
	};
}

type ReportViolation = (what: string, at?: number) => void;

/**
 * Checks that every acknowledged message exists once in the database, as it was acknowledged, and that no other
 * message exists.
 */
function judgeWriting(truth: DatabaseContent, log: WritingLog, accuse: ReportViolation) {
	const rows = new Map<string, Row>();
	for (const row of truth.messages) {
		if (row.sender === "system" || row.sender === "bot") continue;
		const key = `${row.sender} ${row.clientId}`;
		if (rows.has(key)) accuse(`${key} was written twice`);
		rows.set(key, row);
		if (log.sent.get(key) !== row.text) accuse(`${key} was not written by any writer`);
	}
	const byId = new Map(truth.messages.map((row) => [row.id, row]));
	for (const ack of log.acks) {
		const row = byId.get(ack.messageId);
		if (!row) accuse(`${ack.clientMessageId} was acknowledged and is not in the database`, ack.ackedAt);
		else if (row.seq !== ack.seq || row.sessionId !== ack.sessionId || row.text !== ack.text)
			accuse(`${ack.clientMessageId} is not what was acknowledged`, ack.ackedAt);
	}
	for (const clientId of log.contradictions) accuse(`${clientId} was acknowledged as two messages`);
	for (const clientId of log.abandoned) accuse(`${clientId} was never acknowledged`);
	for (const [what, count] of log.refusals) accuse(`sound requests were refused: ${count} times ${what}`);
}

function judgeStreams({ streams, heads }: DatabaseContent, accuse: ReportViolation) {
	const bySession = new Map(heads.map((head) => [head.sessionId, head]));
	for (const { stream, count, first, last } of streams) {
		const head = bySession.get(stream.slice(stream.indexOf(":") + 1));
		const counter = stream.startsWith("internal:") ? head?.internal : head?.public;
		if (first !== 1 || count !== last || last !== counter)
			accuse(`${stream} holds ${count} events from ${first} to ${last}, its counter is ${counter}`);
	}
}

/** Checks that a reader's page shows each message of its session once, in the order of the sequences. */
function judgeReader(
	reader: Reader,
	truth: DatabaseContent,
	ackOf: Map<string, AcknowledgedMessage>,
	accuse: ReportViolation,
) {
	const written = truth.messages.filter((row) => row.sessionId === reader.talk.sessionId);
	const onPage = reader.state.messages.map((message) => message.id);
	const missing = written.filter((row) => !reader.shownAt.has(row.id));
	for (const row of missing)
		accuse(`${reader.name} never showed ${row.clientId ?? row.id}`, ackOf.get(row.id)?.ackedAt);
	const known = new Map(written.map((row) => [row.id, row]));
	for (const message of reader.state.messages)
		if (known.get(message.id)?.text !== message.message)
			accuse(`${reader.name} shows what was never written`);
	if (missing.length === 0 && onPage.join() !== written.map((row) => row.id).join())
		accuse(`${reader.name} shows the messages in another order`);
	const inOrder = reader.shown.every(({ seq }, index) => seq > (reader.shown[index - 1]?.seq ?? 0));
	if (!inOrder) accuse(`${reader.name} showed messages out of order`);
	const head = truth.heads.find(({ sessionId }) => sessionId === reader.talk.sessionId);
	if (isAgentReader(reader) && reader.state.applied.internal !== head?.internal)
		accuse(`${reader.name} is at ${reader.state.applied.internal} of ${head?.internal} internal events`);
}

function judgeDelays(options: {
	readers: Reader[];
	acks: AcknowledgedMessage[];
	faults: FaultRecord[];
	/**
	 * Time in ms within which a message must be shown after its acknowledgement or after the last fault, whichever is
	 * later.
	 */
	deadlineMs: number;
	accuse: ReportViolation;
}): {
	perFault: Verdict["faults"];
	delays: number[];
} {
	const { readers, faults } = options;
	const perFault = faults.map((record) => ({ record, acked: 0, slowestMs: 0 }));
	const delays: number[] = [];
	const bySession = new Map<string, Reader[]>();
	for (const reader of readers) {
		const { sessionId } = reader.talk;
		bySession.set(sessionId, [...(bySession.get(sessionId) ?? []), reader]);
	}
	for (const ack of options.acks) {
		if (!ack.isTimed) continue;
		for (const item of perFault)
			if (ack.ackedAt >= item.record.startedAt && ack.ackedAt <= item.record.endedAt) item.acked += 1;
		for (const reader of bySession.get(ack.sessionId) ?? []) {
			const shownAt = reader.shownAt.get(ack.messageId);
			if (shownAt === undefined) continue;
			delays.push(Math.max(0, shownAt - ack.ackedAt));
			// The message may have waited for the last fault that had begun before it was shown.
			const last = perFault.findLast(({ record }) => record.startedAt <= shownAt);
			const delay = shownAt - Math.max(ack.ackedAt, last?.record.endedAt ?? 0);
			if (last) last.slowestMs = Math.max(last.slowestMs, delay);
			if (delay > options.deadlineMs)
				options.accuse(`${reader.name} showed ${ack.clientMessageId} only after ${delay} ms`, shownAt);
		}
	}
	delays.sort((one, other) => one - other);
	return { perFault, delays };
}
