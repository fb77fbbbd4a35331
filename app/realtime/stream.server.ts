import { DomainError } from "#app/models/errors.ts";
import type { Ephemeral } from "./bus/bus.ts";
import { enterConnection } from "./connections.server.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import { getEpoch } from "./epoch.server.ts";
import {
	type EventData,
	type EventType,
	HEARTBEAT_MS,
	type StreamKey,
	type StreamName,
	streamKey,
} from "./events.ts";
import { hub } from "./hub.server.ts";
import { readLiveAnswer } from "./live-answers.server.ts";
import type { LoggedEvent } from "./log.server.ts";
import { getWhoIsHere } from "./presence/look-up.server.ts";
import type { Reader } from "./reader.ts";
import type { Sink } from "./sink/sink.ts";

/** How an event becomes bytes: SSE frames, or pieces of an HTML page. Null says there is nothing to show. */
export type Encode = (event: { id: string | null; type: EventType; json: string }) => string | null;

/**
 * What keeps a stream to those who may read it, for as long as it is open.
 */
export type Gate = {
	/** Asks again whether the reader may read. @throws DomainError when not. */
	recheck: () => Promise<unknown>;
	/**
	 * Whether an event belongs to a conversation that is still the reader's. The log says itself when a conversation
	 * gets another owner, so nothing that follows this event in it can reach the owner of before, however late a
	 * process learns of it. Absent for agents and programs, who read everybody's.
	 */
	admits?: (event: LoggedEvent) => boolean;
};

/** A reader who may read no more comes back after this long: by then a browser has the cookie of its sign-in. */
const REFUSED_RETURN_MS = 1_000;

/** Wait before looking again for the beginning of an answer that was under way when the reader came. */
const LIVE_RETRY_MS = 300;

/** All readers of a process whose database was restored come again; over this long, so that it is not stormed. */
const RETURN_SPREAD_MS = 2_000;

/**
 * Serves one session to one reader: hello, history (or what followed its cursor), then live.
 *
 * @param options.streams what this reader may hear: customers `public` only, agents both.
 * @param options.cursor where the reader stands; null or unusable starts with the newest messages.
 * @param options.readHistory the newest messages up to and including the given sequence, oldest first.
 * @param options.gate keeps the stream to its reader.
 */
export async function openStream(options: {
	sink: Sink;
	encode: Encode;
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	readHistory: (upToSeq: number) => Promise<unknown[]>;
	gate: Gate;
}): Promise<void> {
	const { sink, encode, sessionId, gate } = options;
	const epoch = await getEpoch();
	const at: Cursor = { epoch, public: 0, internal: options.streams.includes("internal") ? 0 : null };
	const answer = { messageId: "", length: 0, isLooking: false };
	let leaveHub = () => {};
	let resume = () => {};
	let isClosed = false;

	const send = (type: EventType, data: unknown, id: string | null = null) => {
		sendJson(type, JSON.stringify(data), id);
	};
	function sendJson(type: EventType, json: string, id: string | null) {
		const text = encode({ id, type, json });
		if (text !== null) sink.write(text);
	}

	function take(name: StreamName, event: LoggedEvent) {
		// A pump that is under way does not know yet that the stream is closed.
		if (isClosed) return;
		if (gate.admits?.(event) === false) return goodbye(REFUSED_RETURN_MS);
		if (name === "public") at.public = event.seq;
		else at.internal = event.seq;
		if (event.type === "new-message") answer.length = 0;
		sendJson(event.type, event.json, encodeCursor(at));
	}

	function hear([, type, data]: Ephemeral) {
		if (type === "reauthorise") return void recheckNow();
		// Typing and words of an answer are worth nothing late: a full line drops them.
		if (!sink.isWritable()) return;
		if (type !== "ai-delta") return send(type, data);
		const delta = data as EventData<"ai-delta">;
		const isSame = delta.messageId === answer.messageId;
		const isNext = delta.offset === 0 || (isSame && delta.offset === answer.length);
		if (isNext) {
			answer.messageId = delta.messageId;
			answer.length = delta.offset + delta.text.length;
			send("ai-delta", delta);
		} else if (!isSame || delta.offset > answer.length) void catchUpAnswer();
	}

	async function recheckNow() {
		try {
			await gate.recheck();
		} catch (error) {
			// A database that is away is no verdict; the next check comes within 15 s.
			if (error instanceof DomainError && !isClosed) goodbye(REFUSED_RETURN_MS);
		}
	}

	async function catchUpAnswer() {
		if (answer.isLooking) return;
		answer.isLooking = true;
		try {
			for (let attempt = 0; attempt < 5 && !isClosed; attempt += 1) {
				const live = await readLiveAnswer(sessionId);
				if (live && !isClosed) {
					answer.messageId = live.messageId;
					answer.length = live.text.length;
					send("ai-delta", { messageId: live.messageId, offset: 0, text: live.text });
					return;
				}
				await new Promise((resolve) => setTimeout(resolve, LIVE_RETRY_MS));
			}
		} catch {
			// The finished message brings the whole text in any case.
		} finally {
			answer.isLooking = false;
		}
	}

	const isWritable = () => sink.isWritable();
	/** The reader comes back with its cursor, which is answered with a reset and the true state. */
	const dismiss = () => goodbye(Math.round(Math.random() * RETURN_SPREAD_MS));

	function goodbye(inMs: number) {
		send("bye", { in: inMs });
		sink.close();
	}

	const leaveClock = enterConnection({
		beat: () => {
			if (sink.isWritable()) send("hb", { now: Date.now() });
		},
		goodbye,
	});
	sink.onClose(() => {
		isClosed = true;
		leaveClock();
		leaveHub();
	});
	sink.onDrain(() => resume());

	try {
		send("joined-chat", { sessionId, epoch, hb: HEARTBEAT_MS, now: Date.now() });
		const readers = options.streams.map((name) => [streamKey(name, sessionId), readerOf(name)] as const);
		resume = () => {
			for (const [key, reader] of readers) hub.resume(key, reader);
		};
		leaveHub = await hub.subscribe(readers, async (heads) => {
			await settle(heads);
			for (const [index, [, reader]] of readers.entries())
				reader.cursor = (options.streams[index] === "public" ? at.public : at.internal) ?? 0;
		});
		if (isClosed) return leaveHub();
		await sendRunningAnswer();
		void sendPresence();
	} catch (error) {
		if (error instanceof DomainError) return goodbye(REFUSED_RETURN_MS);
		sink.close();
		throw error;
	}

	function readerOf(name: StreamName): Reader {
		return {
			cursor: 0,
			isWritable,
			take: (event) => take(name, event),
			hear,
			dismiss,
		};
	}

	/** Where the reader goes on: at its cursor, or, after the newest messages, at the heads. */
	async function settle(heads: ReadonlyMap<StreamKey, number>): Promise<void> {
		const head = {
			public: heads.get(streamKey("public", sessionId)) ?? 0,
			internal: heads.get(streamKey("internal", sessionId)) ?? 0,
		};
		const start = options.cursor;
		const refusal = start ? whyUnresumable(start, epoch, head, at.internal !== null) : null;
		const messages = start && !refusal ? [] : await options.readHistory(head.public);
		// The conversation may have become somebody else's since the request was let in; what is read before this
		// check is known to have been the reader's.
		if (gate.admits) await gate.recheck();
		if (start && !refusal) {
			at.public = start.public;
			if (at.internal !== null) at.internal = start.internal ?? head.internal;
			return;
		}
		if (refusal) send("reset", { reason: refusal });
		at.public = head.public;
		if (at.internal !== null) at.internal = head.internal;
		send("chat-history", { messages }, encodeCursor(at));
	}

	/** Who is there is told when it changes; a reader who comes in between is told once by itself. */
	async function sendPresence() {
		const who = await getWhoIsHere(sessionId).catch(() => null);
		if (!who || isClosed || !sink.isWritable()) return;
		if (who.agent) send("agent-presence", { on: who.agent.isHere, name: who.agent.name });
		if (at.internal !== null) send("customer-presence", { on: who.isCustomerHere });
	}

	async function sendRunningAnswer() {
		const live = await readLiveAnswer(sessionId);
		if (!live || isClosed || answer.messageId === live.messageId) return;
		answer.messageId = live.messageId;
		answer.length = live.text.length;
		send("ai-delta", { messageId: live.messageId, offset: 0, text: live.text });
	}
}

/** Why a cursor cannot be continued, or null when it can. */
export function whyUnresumable(
	cursor: Cursor,
	epoch: string,
	head: { public: number; internal: number },
	isAgent: boolean,
): string | null {
	if (cursor.epoch !== epoch) return "epoch";
	if (cursor.public > head.public) return "ahead";
	if (isAgent && cursor.internal !== null && cursor.internal > head.internal) return "ahead";
	return null;
}
