import { singleton } from "#app/singleton.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "../answer.ts";

/**
 * One answer that is written for all customers of this process who ask one question at the same time. It belongs to
 * none of them: it continues when the first customer leaves, and is aborted when the last customer leaves.
 */
type SharedAnswer = {
	/** The text of the answer so far. */
	text: string;
	readers: Set<OnText>;
	stop: AbortController;
	answer: Promise<Answer>;
};

/**
 * Time in ms for which a finished answer can still be joined, for requests that looked into the answer cache just
 * before the answer ended.
 */
const KEEP_AFTER_END_MS = 1_000;
/** Number of shared answers that may fail before a request that joined them reports the failure as its own. */
const MAX_FAILED_JOINS = 2;

const sharedAnswers = singleton("shared-answers", () => new Map<string, SharedAnswer>());

/**
 * Answers a question once for all requests with an equal key that run at the same time. Every request receives the
 * whole text from its beginning.
 * @param options.key equal for questions that may have one answer.
 * @param options.isShareable whether an answer may be given to other customers; if not, each request gets its own
 * answer.
 * @returns `isJoined` is true when the answer was written for another request.
 * @throws what `write` throws, or the abort reason of `request`.
 */
export async function answerInSingleFlight(
	options: { key: string; request: AnswerRequest; write: Answerer; isShareable: (answer: Answer) => boolean },
	onText: OnText,
): Promise<{ answer: Answer; isJoined: boolean }> {
	const { key, request, write, isShareable } = options;
	const relay = createTextRelay(onText);
	for (let joins = 0; ; ) {
		request.signal.throwIfAborted();
		relay.restart();
		const known = sharedAnswers.get(key);
		if (!known) {
			const answer = await followSharedAnswer(startSharedAnswer(options), request.signal, relay.pass);
			return { answer, isJoined: false };
		}
		joins++;
		try {
			const answer = await followSharedAnswer(known, request.signal, relay.pass);
			if (isShareable(answer)) return { answer, isJoined: true };
		} catch (error) {
			request.signal.throwIfAborted();
			if (joins === MAX_FAILED_JOINS) throw error;
			continue;
		}
		relay.restart();
		return { answer: await write(request, relay.pass), isJoined: false };
	}
}

function startSharedAnswer({
	key,
	request,
	write,
	isShareable,
}: Parameters<typeof answerInSingleFlight>[0]): SharedAnswer {
	const readers = new Set<OnText>();
	const stop = new AbortController();
	const publishText: OnText = (piece, at = shared.text.length) => {
		const isRewind = at < shared.text.length;
		shared.text = shared.text.slice(0, at) + piece;
		for (const reader of readers) reader(piece, isRewind ? at : undefined);
	};
	const removeFromMap = () => {
		if (sharedAnswers.get(key) === shared) sharedAnswers.delete(key);
	};
	const answer = Promise.resolve()
		.then(() => write({ ...request, signal: stop.signal }, publishText))
		.then(
			(answer) => {
				if (request.usage?.turnId && isShareable(answer))
					setTimeout(removeFromMap, KEEP_AFTER_END_MS).unref();
				else removeFromMap();
				return answer;
			},
			(error: unknown) => {
				removeFromMap();
				throw error;
			},
		);
	const shared: SharedAnswer = { text: "", readers, stop, answer };
	// The shared answer may fail after all its readers have left, when no code awaits it.
	answer.catch(() => {});
	sharedAnswers.set(key, shared);
	return shared;
}

/** Passes the text of a shared answer to `pass`, from the beginning until the answer ends or `signal` aborts. */
async function followSharedAnswer(shared: SharedAnswer, signal: AbortSignal, pass: OnText): Promise<Answer> {
	let rejectGone: (reason: unknown) => void = () => {};
	const gone = new Promise<never>((_, reject) => {
		rejectGone = reject;
	});
	const onAbort = () => rejectGone(signal.reason);
	signal.addEventListener("abort", onAbort, { once: true });
	const reader: OnText = (piece, at) => {
		try {
			pass(piece, at);
		} catch (error) {
			// A reader whose callback throws leaves the shared answer; the other readers continue.
			rejectGone(error);
		}
	};
	shared.readers.add(reader);
	try {
		if (shared.text !== "") pass(shared.text);
		return await Promise.race([shared.answer, gone]);
	} finally {
		signal.removeEventListener("abort", onAbort);
		shared.readers.delete(reader);
		if (shared.readers.size === 0) shared.stop.abort(signal.reason);
	}
}

/**
 * Passes the pieces of an answer on to `onText`. After `restart`, the next piece gets position 0, so that it replaces
 * the earlier text.
 */
function createTextRelay(onText: OnText) {
	let length = 0;
	let isRestarted = false;
	return {
		restart() {
			isRestarted = length > 0;
		},
		pass: ((piece, at = isRestarted ? 0 : length) => {
			const isRewind = at < length;
			length = at + piece.length;
			isRestarted = false;
			onText(piece, isRewind ? at : undefined);
		}) satisfies OnText as OnText,
	};
}
