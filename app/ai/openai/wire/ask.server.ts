import { log } from "#app/http/log.server.ts";
import type { Limits } from "../limits.ts";
import { faultOf, ProviderFault } from "../provider-fault.ts";
import { type Place, sendRequest } from "./client.server.ts";
import { chunksOf } from "./events.server.ts";
import { refusedIn } from "./refusals.ts";
import { ReplyReader } from "./reply-reader.ts";
import { type RequestBody, requestBody } from "./request.ts";
import { habitsOf, type Refusable, type ServerHabits } from "./servers.ts";
import type { Heard } from "./visible-text.ts";
import type { Ask, Completion, Listener } from "./vocabulary.ts";

/** Repetitions of one request, each without one more of the fields a server refuses. */
const MOST_REPEATS = 6;

export type Waiting = { limits: Limits; stop: AbortSignal };

/**
 * Asks a model once and reads its reply, whatever the server calls things. A request with a field that the server
 * refuses is repeated without it, and the process remembers that.
 * @throws ProviderFault when the provider fails; the reason of `stop`; what the listener throws.
 */
export async function askServer(
	ask: Ask,
	place: Place,
	{ limits, stop }: Waiting,
	listener: Listener,
): Promise<Completion> {
	const habits = habitsOf(place);
	const refused = new Set(habits.refused);
	for (let repeats = 0; ; repeats++) {
		const body = requestBody({ ...ask, model: place.model }, { refused, thinks: habits.thinks });
		const onAccepted = () => {
			for (const field of refused) habits.refused.add(field);
		};
		try {
			return await readReply({ ask, place, body, refused, habits, limits, stop, onAccepted }, listener);
		} catch (error) {
			const field = error instanceof ProviderFault && repeats < MOST_REPEATS ? error.refused : null;
			if (field === null) throw error;
			refused.add(field);
			log.warn(
				{ server: hostOf(place.baseUrl), model: place.model, field, answer: (error as Error).message },
				"the model's server refused a field; the request is repeated without it",
			);
		}
	}
}

type Reading = {
	ask: Ask;
	place: Place;
	body: RequestBody;
	refused: ReadonlySet<Refusable>;
	habits: ServerHabits;
	limits: Limits;
	stop: AbortSignal;
	/** The server has taken the request as it is. */
	onAccepted: () => void;
};

/** One request. Throws ProviderFault when the provider fails, or the reason of `stop`. */
async function readReply(reading: Reading, listener: Listener): Promise<Completion> {
	const { ask, place, body, refused, habits, limits, stop, onAccepted } = reading;
	stop.throwIfAborted();
	const reply = new ReplyReader(
		ask.tools.map(({ name }) => name),
		habits,
	);
	const attempt = new AbortController();
	let isStalled = false;
	let isMarked = false;
	const onStop = () => attempt.abort();
	const stall = () => {
		isStalled = true;
		attempt.abort();
	};
	stop.addEventListener("abort", onStop, { once: true });
	let watchdog = setTimeout(stall, limits.firstByteMs);
	const waitFor = (ms: number) => {
		clearTimeout(watchdog);
		watchdog = setTimeout(stall, ms);
	};
	let fault: ProviderFault | null = null;
	try {
		const options = { signal: attempt.signal, timeout: limits.firstByteMs + 1_000 };
		const chunks = chunksOf(await sendRequest(body, place, options));
		onAccepted();
		// Not for-await: what the listener throws is the caller's and must not be taken for the provider's fault.
		while (!reply.isFull) {
			const next = await chunks.next();
			if (next.done || stop.aborted) break;
			const wasEnding = reply.isFinished || isMarked;
			if (next.value === "done") isMarked = true;
			else {
				const heard = reply.take(next.value.chunk);
				deliver(heard, listener);
				if (heard.text !== "") waitFor(limits.idleMs);
			}
			// One wait for the usage record, whatever else a server sends meanwhile.
			const isEnding = reply.isFinished || isMarked;
			if (!isEnding) waitFor(limits.idleMs);
			else if (!wasEnding) waitFor(limits.usageMs);
		}
		if (reply.isFull) await chunks.return(undefined);
	} catch (error) {
		if (error instanceof CallerError) throw error.cause;
		fault = faultOf(error, reply.hasBegun, (status, answer) => refusedIn(status, answer, body, refused));
	} finally {
		clearTimeout(watchdog);
		stop.removeEventListener("abort", onStop);
		// Frees the connection when we stop reading early; without effect on a finished reply.
		attempt.abort();
	}
	stop.throwIfAborted();
	// What goes wrong after the end no longer matters.
	if (!reply.isFinished && !isMarked && !reply.isFull) {
		if (isStalled) throw new ProviderFault({ reason: "timeout", canRetry: false, note: "stalled" });
		if (fault) throw fault;
	}
	if (fault && !fault.canRetry) throw fault;
	try {
		deliver(reply.end({ isMarked }), listener);
	} catch (error) {
		throw error instanceof CallerError ? error.cause : error;
	}
	return reply.completion();
}

/** Carries an error of the caller's own past the provider's error handling. */
class CallerError extends Error {}

function deliver({ text, isVoid }: Heard, { onPiece, onRestart }: Listener): void {
	try {
		if (isVoid) onRestart();
		if (text !== "") onPiece(text);
	} catch (cause) {
		throw new CallerError("the listener failed", { cause });
	}
}

function hostOf(baseUrl: string): string {
	return URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
}
