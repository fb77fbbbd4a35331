import { type Cursor, encodeCursor, whyCursorUnusable } from "./cursor.ts";
import { getEpoch } from "./epoch.server.ts";
import { type EphemeralType, type StreamName, streamKey } from "./events.ts";
import { hub } from "./hub.server.ts";
import { readLiveAnswer } from "./live-answers.server.ts";
import { EVENT_PAGE_SIZE, readHeads, readLog } from "./log.server.ts";

/** Longest time for which the server holds a long poll: below the idle limit of every known proxy (30 s). */
export const POLL_WAIT_MS = 25_000;
/** While an answer streams, a waiting long poll is answered at this interval with the whole text of the live answer. */
const ANSWER_TEXT_EVERY_MS = 1_000;

export type CatchUp = {
	/**
	 * `id` is the cursor after the event; null for ephemeral events (typing, text of a live answer), because a reader
	 * cannot resume from them.
	 */
	events: { id: string | null; type: string; data: unknown }[];
	cursor: string;
	more: boolean;
};

/**
 * The answer to a poll: the events after a cursor, at most one page; `more` is true when there is a next page.
 * Without a usable cursor the answer contains the newest messages, after a `reset` if a cursor was given. The answer
 * also contains the ephemeral events that a stream would send: the text of a live answer and, after a wait, typing.
 *
 * @param options.waitMs how long to wait (ms) when there are no events; 0 answers at once.
 * @param options.onLeave registers a callback for the case that the client disconnects during the wait.
 * @throws the driver's error while the database cannot be reached.
 */
export async function catchUp(options: {
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	readHistory: (upToSeq: number) => Promise<unknown[]>;
	waitMs: number;
	onLeave?: (leave: () => void) => void;
}): Promise<CatchUp> {
	const { sessionId, streams } = options;
	const epoch = await getEpoch();
	const isAgent = streams.includes("internal");
	const heads = await readHeads([streamKey("public", sessionId), streamKey("internal", sessionId)]);
	const head = {
		public: heads.get(streamKey("public", sessionId)) ?? 0,
		internal: heads.get(streamKey("internal", sessionId)) ?? 0,
	};
	const refusal = options.cursor ? whyCursorUnusable(options.cursor, epoch, head, isAgent) : null;
	if (!options.cursor || refusal) {
		const id = encodeCursor({ epoch, public: head.public, internal: isAgent ? head.internal : null });
		const messages = await options.readHistory(head.public);
		return {
			events: [
				...(refusal ? [{ id, type: "reset", data: { reason: refusal } }] : []),
				{ id, type: "chat-history", data: { messages } },
				...(await liveAnswerEvents(sessionId)),
			],
			cursor: id,
			more: false,
		};
	}
	const at: Cursor = {
		...options.cursor,
		internal: isAgent ? (options.cursor.internal ?? head.internal) : null,
	};
	const page = await readPage(sessionId, streams, at);
	if (page.events.length > 0 || options.waitMs === 0) {
		return { ...page, events: [...page.events, ...(await liveAnswerEvents(sessionId))] };
	}
	const ephemerals = await waitForEvents(sessionId, streams, at, options.waitMs, options.onLeave);
	// After the wait the events are read from the beginning, including the epoch, because the database may have been
	// restored during the wait.
	const next = await catchUp({ ...options, cursor: at, waitMs: 0 });
	return { ...next, events: [...ephemerals, ...next.events] };
}

async function readPage(sessionId: string, streams: StreamName[], from: Cursor): Promise<CatchUp> {
	const at = { ...from };
	const events: CatchUp["events"] = [];
	let more = false;
	for (const name of streams) {
		const after = name === "public" ? at.public : (at.internal ?? 0);
		const rows = await readLog(streamKey(name, sessionId), after, EVENT_PAGE_SIZE + 1);
		more ||= rows.length > EVENT_PAGE_SIZE;
		for (const row of rows.slice(0, EVENT_PAGE_SIZE)) {
			if (name === "public") at.public = row.seq;
			else at.internal = row.seq;
			events.push({ id: encodeCursor(at), type: row.type, data: JSON.parse(row.json) });
		}
	}
	return { events, cursor: encodeCursor(at), more };
}

async function liveAnswerEvents(sessionId: string): Promise<CatchUp["events"]> {
	const live = await readLiveAnswer(sessionId);
	if (!live) return [];
	const data = { messageId: live.messageId, offset: 0, text: live.text };
	return [{ id: null, type: "ai-delta", data }];
}

/** Waits until an event arrives or the time is over. @returns the ephemeral events, the newest of each type. */
async function waitForEvents(
	sessionId: string,
	streams: StreamName[],
	at: Cursor,
	waitMs: number,
	onLeave?: (leave: () => void) => void,
): Promise<CatchUp["events"]> {
	const ephemerals = new Map<EphemeralType, unknown>();
	let answerTimer: NodeJS.Timeout | undefined;
	const controller = new AbortController();
	const { promise: arrival, resolve } = createResolver();
	const timer = setTimeout(resolve, waitMs);
	onLeave?.(resolve);
	const subscription = hub.subscribe(
		streams.map((name) => [
			streamKey(name, sessionId),
			{
				cursor: name === "public" ? at.public : (at.internal ?? 0),
				isWritable: () => !controller.signal.aborted,
				deliver: resolve,
				deliverEphemeral: ([, type, data]) => {
					// The event `reauthorise` only ends the wait: the caller revalidates the reader before it answers.
					if (type === "reauthorise") return resolve();
					// Text of a live answer is collected, because an answer to the poll for each word would cost a request for
					// each word.
					if (type === "ai-delta") answerTimer ??= setTimeout(resolve, ANSWER_TEXT_EVERY_MS);
					else {
						ephemerals.set(type, data);
						resolve();
					}
				},
				disconnect: resolve,
			},
		]),
	);
	try {
		await Promise.race([arrival, subscription.then(() => arrival)]);
		return [...ephemerals].map(([type, data]) => ({ id: null, type, data }));
	} finally {
		clearTimeout(timer);
		clearTimeout(answerTimer);
		controller.abort();
		subscription.then((leave) => leave()).catch(() => {});
	}
}

function createResolver(): { promise: Promise<void>; resolve: () => void } {
	let resolve = () => {};
	const promise = new Promise<void>((settle) => {
		resolve = settle;
	});
	return { promise, resolve };
}
