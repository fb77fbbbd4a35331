import type postgres from "#db/driver.ts";
import type { Violation } from "../readers/reader.ts";
import type { Customer } from "./customer.ts";

type Row = {
	seq: number;
	sender: string;
	text: string;
	id: string;
	notice: string | null;
	/** True for a stopped answer: the agent took over while the answer was written. */
	isStopped: boolean;
};
type Turn = { messageId: string; questionSeq: number; state: string; attempts: number };

/** The expected content of one session at its end. */
export type Expected = {
	customer: Customer;
	/** The correct answer to the questions directly above it. */
	answerTo: (questions: string[]) => string;
	/** Whether the agent took over during an answer, so that the last questions have no answer. */
	wasTaken: boolean;
	/** The expected number of calls for a person. */
	calls: number;
};

export type AnswersVerdict = {
	violations: Violation[];
	questions: number;
	answers: number;
	/** Number of turns that were started more than once, because their process was killed. */
	begunAgain: number;
	returns: { tried: number; whole: number };
};

/** Compares every session of a run with its expected content. */
export async function judgeAnswers(sql: postgres.Sql, expected: Expected[]): Promise<AnswersVerdict> {
	const verdict: AnswersVerdict = {
		violations: [],
		questions: 0,
		answers: 0,
		begunAgain: 0,
		returns: { tried: 0, whole: 0 },
	};
	for (const one of expected) {
		const { customer } = one;
		const { sessionId } = customer.talk;
		const { reader } = customer.connection;
		const rows = await sql<Row[]>`
			select seq, sender_type as sender, message as text, id::text, metadata ->> 'notice' as notice,
				metadata ? 'stopped' as "isStopped"
			from chat_messages where session_id = ${sessionId} order by seq`;
		const turns = await sql<Turn[]>`
			select message_id::text as "messageId", question_seq as "questionSeq", state, attempts
			from ai_turns where session_id = ${sessionId}`;
		const most = Math.max(0, ...turns.map(({ attempts }) => attempts));
		const accuse = (what: string) => {
			const where = `${reader.name}, ${sessionId}, an answer begun ${most} times`;
			verdict.violations.push({ at: Date.now(), what: `${where}: ${what}` });
		};
		verdict.violations.push(...customer.violations, ...reader.faults);
		verdict.questions += rows.filter(({ sender }) => sender === "user").length;
		verdict.answers += rows.filter(({ sender }) => sender === "bot").length;
		verdict.begunAgain += turns.filter(({ attempts }) => attempts > 1).length;
		verdict.returns.tried += customer.returns.tried;
		verdict.returns.whole += customer.returns.whole;
		const wholeAnswers = judgeSession(one, rows, turns, accuse);
		judgePartialAnswers(one, wholeAnswers, turns, accuse);
	}
	return verdict;
}

type ReportViolation = (what: string) => void;

/** Checks the messages of one session. @returns the complete answers by message id. */
function judgeSession(
	one: Expected,
	rows: readonly Row[],
	turns: readonly Turn[],
	accuse: ReportViolation,
): Map<string, string> {
	const wholeAnswers = new Map<string, string>();
	let open: string[] = [];
	let isAnswered = true;
	for (const { sender, text, seq, id, isStopped } of rows) {
		if (sender === "user") {
			if (isAnswered) open = [];
			open.push(text);
			isAnswered = false;
		} else if (sender === "bot") {
			const whole = one.answerTo(open);
			wholeAnswers.set(id, whole);
			if (isAnswered) accuse(`there is a second answer at ${seq}`);
			else if (isStopped && !one.wasTaken) accuse(`the answer at ${seq} was stopped for no reason`);
			else if (isStopped ? !whole.startsWith(text) : text !== whole)
				accuse(`the answer at ${seq} is not the whole one: ${text.slice(0, 80)}`);
			// After a stopped answer the agent answers, not the assistant.
			isAnswered = true;
		}
	}
	if (!isAnswered && !one.wasTaken) accuse(`the last question has no answer`);
	const unfinished = turns.filter(({ state }) => state === "due" || state === "running");
	if (unfinished.length > 0) accuse(`${unfinished.length} promises of an answer are still open`);
	const called = rows.filter(({ notice }) => notice === "queued").length;
	if (called !== one.calls) accuse(`a person was called ${called} times, not ${one.calls}`);
	const { state } = one.customer.connection.reader;
	if (state.live) accuse("half an answer is left on the page");
	if (state.messages.map(({ id }) => id).join() !== rows.map(({ id }) => id).join())
		accuse("the page does not show the conversation as it is");
	return wholeAnswers;
}

/**
 * Checks that each partial answer that the page has shown is the beginning of the final answer, and does not belong
 * to a superseded answer.
 */
function judgePartialAnswers(
	{ customer }: Expected,
	wholeAnswers: ReadonlyMap<string, string>,
	turns: readonly Turn[],
	accuse: ReportViolation,
) {
	const turnOf = new Map(turns.map((turn) => [turn.messageId, turn]));
	const named = new Set<string>();
	for (const { messageId, text, newestQuestion, isTaken } of customer.shownLive) {
		// The page may have shown more of a stopped answer than was stored, so the shown text is compared with the
		// complete answer.
		const whole = wholeAnswers.get(messageId);
		const turn = turnOf.get(messageId);
		if (whole !== undefined && !whole.startsWith(text))
			named.add(`words were shown that the answer does not hold`);
		if (!turn) named.add("words were shown of an answer nobody promised");
		else if (turn.questionSeq < newestQuestion)
			named.add(`words for question ${turn.questionSeq} were shown under question ${newestQuestion}`);
		if (isTaken) named.add("words of the assistant were shown after the agent had taken over");
	}
	for (const what of named) accuse(what);
}
