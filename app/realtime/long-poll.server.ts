import { type Cursor, encodeCursor } from "./cursor.ts";
import { getEpoch } from "./epoch.server.ts";
import { type EphemeralType, type StreamName, streamKey } from "./events.ts";
import { hub } from "./hub.server.ts";
import { readLiveAnswer } from "./live-answers.server.ts";
import { PAGE_SIZE, readHeads, readLog } from "./log.server.ts";
import { whyUnresumable } from "./stream.server.ts";

/** Longest wait of one poll: below every proxy's idle limit that is known (30 s). */
export const POLL_WAIT_MS = 25_000;
/** The words of an answer in the making are brought to a waiting poll this often, each time all there are. */
const WORDS_EVERY_MS = 1_000;

export type CatchUp = {
	/** `id` is null for what is of the moment (typing, words of an answer): it is no place to go on from. */
	events: { id: string | null; type: string; data: unknown }[];
	cursor: string;
	more: boolean;
};

/**
 * What followed a cursor, as one JSON answer: at most a page, `more` when there is a next one. Without a
 * usable cursor it is the newest messages, after a `reset` where a cursor was given. What a stream would tell of
 * the moment comes along: the words of an answer in the making and, where it waited, who typed meanwhile.
 *
 * @param options.waitMs how long to wait for news when there is none; 0 answers at once.
 * @param options.onLeave registers what to do when the reader goes away meanwhile.
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
	const refusal = options.cursor ? whyUnresumable(options.cursor, epoch, head, isAgent) : null;
	if (!options.cursor || refusal) {
		const id = encodeCursor({ epoch, public: head.public, internal: isAgent ? head.internal : null });
		const messages = await options.readHistory(head.public);
		return {
			events: [
				...(refusal ? [{ id, type: "reset", data: { reason: refusal } }] : []),
				{ id, type: "chat-history", data: { messages } },
				...(await wordsSoFar(sessionId)),
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
		return { ...page, events: [...page.events, ...(await wordsSoFar(sessionId))] };
	}
	const heard = await waitForNews(sessionId, streams, at, options.waitMs, options.onLeave);
	// From the beginning: the database may have been restored meanwhile.
	const news = await catchUp({ ...options, cursor: at, waitMs: 0 });
	return { ...news, events: [...heard, ...news.events] };
}

async function readPage(sessionId: string, streams: StreamName[], from: Cursor): Promise<CatchUp> {
	const at = { ...from };
	const events: CatchUp["events"] = [];
	let more = false;
	for (const name of streams) {
		const after = name === "public" ? at.public : (at.internal ?? 0);
		const rows = await readLog(streamKey(name, sessionId), after, PAGE_SIZE + 1);
		more ||= rows.length > PAGE_SIZE;
		for (const row of rows.slice(0, PAGE_SIZE)) {
			if (name === "public") at.public = row.seq;
			else at.internal = row.seq;
			events.push({ id: encodeCursor(at), type: row.type, data: JSON.parse(row.json) });
		}
	}
	return { events, cursor: encodeCursor(at), more };
}

async function wordsSoFar(sessionId: string): Promise<CatchUp["events"]> {
	const live = await readLiveAnswer(sessionId);
	if (!live) return [];
	const data = { messageId: live.messageId, offset: 0, text: live.text };
	return [{ id: null, type: "ai-delta", data }];
}

/** Waits until there is something to tell. @returns what was of the moment, the newest of each kind. */
async function waitForNews(
	sessionId: string,
	streams: StreamName[],
	at: Cursor,
	waitMs: number,
	onLeave?: (leave: () => void) => void,
): Promise<CatchUp["events"]> {
	const heard = new Map<EphemeralType, unknown>();
	let wordsTimer: NodeJS.Timeout | undefined;
	const controller = new AbortController();
	const { promise: news, resolve } = withResolver();
	const timer = setTimeout(resolve, waitMs);
	onLeave?.(resolve);
	const subscription = hub.subscribe(
		streams.map((name) => [
			streamKey(name, sessionId),
			{
				cursor: name === "public" ? at.public : (at.internal ?? 0),
				isWritable: () => !controller.signal.aborted,
				take: resolve,
				hear: ([, type, data]) => {
					// The caller checks the reader again before it answers.
					if (type === "reauthorise") return resolve();
					// One answer a word would be a request a word.
					if (type === "ai-delta") wordsTimer ??= setTimeout(resolve, WORDS_EVERY_MS);
					else {
						heard.set(type, data);
						resolve();
					}
				},
				dismiss: resolve,
			},
		]),
	);
	try {
		await Promise.race([news, subscription.then(() => news)]);
		return [...heard].map(([type, data]) => ({ id: null, type, data }));
	} finally {
		clearTimeout(timer);
		clearTimeout(wordsTimer);
		controller.abort();
		subscription.then((leave) => leave()).catch(() => {});
	}
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
	let resolve = () => {};
	const promise = new Promise<void>((settle) => {
		resolve = settle;
	});
	return { promise, resolve };
}
