import { singleton } from "#app/singleton.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "../answer.ts";

/**
 * One answer for all who ask the same while it is written in this process: each hears it from its first word on,
 * as it comes. It belongs to none of them: it goes on when the first who asked has gone, and ends when nobody waits.
 */
type Writing = {
	text: string;
	readers: Set<OnText>;
	stop: AbortController;
	answer: Promise<Answer>;
};

/** Whoever looked into memory before a conversation's answer was kept, and asks after its end, still gets it. */
const LINGER_MS = 1_000;
/** Writings that may fail before those who only joined them take the failure for their own. */
const MOST_JOINED = 2;

const writings = singleton("shared-answers", () => new Map<string, Writing>());

/**
 * Answers a question, together with whoever asks the same just now.
 * @param options.key the same for questions whose answers may stand for one another.
 * @param options.isForOthers whether an answer may be given to somebody else than the one it was written for; one
 * that may not is written anew for each of the others.
 * @returns `isJoined` when it was written for somebody else.
 * @throws what `write` throws, or the abort reason of `request`.
 */
export async function shareAnswer(
	options: { key: string; request: AnswerRequest; write: Answerer; isForOthers: (answer: Answer) => boolean },
	onText: OnText,
): Promise<{ answer: Answer; isJoined: boolean }> {
	const { key, request, write, isForOthers } = options;
	const hear = hearer(onText);
	for (let joined = 0; ; ) {
		request.signal.throwIfAborted();
		hear.beginAnew();
		const known = writings.get(key);
		if (!known) {
			const answer = await listen(begin(options), request.signal, hear.take);
			return { answer, isJoined: false };
		}
		joined++;
		try {
			const answer = await listen(known, request.signal, hear.take);
			if (isForOthers(answer)) return { answer, isJoined: true };
		} catch (error) {
			request.signal.throwIfAborted();
			if (joined === MOST_JOINED) throw error;
			continue;
		}
		hear.beginAnew();
		return { answer: await write(request, hear.take), isJoined: false };
	}
}

function begin({ key, request, write, isForOthers }: Parameters<typeof shareAnswer>[0]): Writing {
	const readers = new Set<OnText>();
	const stop = new AbortController();
	const tell: OnText = (piece, at = writing.text.length) => {
		const isTakenBack = at < writing.text.length;
		writing.text = writing.text.slice(0, at) + piece;
		for (const reader of readers) reader(piece, isTakenBack ? at : undefined);
	};
	const forget = () => {
		if (writings.get(key) === writing) writings.delete(key);
	};
	const answer = Promise.resolve()
		.then(() => write({ ...request, signal: stop.signal }, tell))
		.then(
			(answer) => {
				if (request.usage?.turnId && isForOthers(answer)) setTimeout(forget, LINGER_MS).unref();
				else forget();
				return answer;
			},
			(error: unknown) => {
				forget();
				throw error;
			},
		);
	const writing: Writing = { text: "", readers, stop, answer };
	// Everybody may have gone by the time it fails.
	answer.catch(() => {});
	writings.set(key, writing);
	return writing;
}

/** Hears a writing from its beginning to its end, or until `signal` ends it for this one. */
async function listen(writing: Writing, signal: AbortSignal, take: OnText): Promise<Answer> {
	let leave: (reason: unknown) => void = () => {};
	const gone = new Promise<never>((_, reject) => {
		leave = reject;
	});
	const onAbort = () => leave(signal.reason);
	signal.addEventListener("abort", onAbort, { once: true });
	const reader: OnText = (piece, at) => {
		try {
			take(piece, at);
		} catch (error) {
			// Whoever cannot hear any more is no reason to end it for the others.
			leave(error);
		}
	};
	writing.readers.add(reader);
	try {
		if (writing.text !== "") take(writing.text);
		return await Promise.race([writing.answer, gone]);
	} finally {
		signal.removeEventListener("abort", onAbort);
		writing.readers.delete(reader);
		if (writing.readers.size === 0) writing.stop.abort(signal.reason);
	}
}

/** Passes words on, and when they begin anew says with the next of them that those before are void. */
function hearer(onText: OnText) {
	let length = 0;
	let isRestarted = false;
	return {
		beginAnew() {
			isRestarted = length > 0;
		},
		take: ((piece, at = isRestarted ? 0 : length) => {
			const isTakenBack = at < length;
			length = at + piece.length;
			isRestarted = false;
			onText(piece, isTakenBack ? at : undefined);
		}) satisfies OnText as OnText,
	};
}
