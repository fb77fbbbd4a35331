import { log } from "#app/http/log.server.ts";
import type { ModelRequestLimits } from "../limits.ts";
import { ProviderFault, toProviderFault } from "../provider-fault.ts";
import { type ModelServer, sendRequest } from "./client.server.ts";
import type { Completion, ModelRequest, ReplyListener } from "./model-request.ts";
import { readChunks } from "./read-chunks.server.ts";
import { findRefusedPart } from "./refused-parts.ts";
import { ReplyReader } from "./reply-reader.ts";
import type { TextChange } from "./reply-text.ts";
import { buildRequestBody, type RequestBody } from "./request-body.ts";
import { getServerBehaviour, type RefusablePart, type ServerBehaviour } from "./server-behaviour.ts";

/** Maximum number of repeats of one request. Each repeat leaves out one more field that the server refused. */
const MAX_REPEATS = 6;

export type RequestTiming = { limits: ModelRequestLimits; stop: AbortSignal };

/**
 * Sends a request to a model and reads its reply, whatever format the server uses. A request with a field that the
 * server refuses is repeated without the field, and this process remembers the field.
 * @throws ProviderFault when the provider fails; the reason of `stop`; what the listener throws.
 */
export async function requestReply(
	ask: ModelRequest,
	server: ModelServer,
	{ limits, stop }: RequestTiming,
	listener: ReplyListener,
): Promise<Completion> {
	const behaviour = getServerBehaviour(server);
	const refused = new Set(behaviour.refused);
	for (let repeats = 0; ; repeats++) {
		const body = buildRequestBody(
			{ ...ask, model: server.model },
			{ refused, usesReasoning: behaviour.usesReasoning },
		);
		const onAccepted = () => {
			for (const field of refused) behaviour.refused.add(field);
		};
		try {
			return await sendAndReadReply(
				{ ask, place: server, body, refused, behaviour, limits, stop, onAccepted },
				listener,
			);
		} catch (error) {
			const field = error instanceof ProviderFault && repeats < MAX_REPEATS ? error.refused : null;
			if (field === null) throw error;
			refused.add(field);
			log.warn(
				{ server: hostOf(server.baseUrl), model: server.model, field, answer: (error as Error).message },
				"the model's server refused a field; the request is repeated without it",
			);
		}
	}
}

type ReplyRequest = {
	ask: ModelRequest;
	place: ModelServer;
	body: RequestBody;
	refused: ReadonlySet<RefusablePart>;
	behaviour: ServerBehaviour;
	limits: ModelRequestLimits;
	stop: AbortSignal;
	/** Called when the model's server accepts the request. */
	onAccepted: () => void;
};

/**
 * Sends one request to a model and reads its reply.
 * @throws ProviderFault when the provider fails; the reason of `stop`.
 */
async function sendAndReadReply(reading: ReplyRequest, listener: ReplyListener): Promise<Completion> {
	const { ask, place, body, refused, behaviour, limits, stop, onAccepted } = reading;
	stop.throwIfAborted();
	const reply = new ReplyReader(
		ask.tools.map(({ name }) => name),
		behaviour,
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
		const chunks = readChunks(await sendRequest(body, place, options));
		onAccepted();
		// The loop does not use `for await`, because an error of the listener must not count as a fault of the provider.
		while (!reply.isFull) {
			const next = await chunks.next();
			if (next.done || stop.aborted) break;
			const wasEnding = reply.isFinished || isMarked;
			if (next.value === "done") isMarked = true;
			else {
				const change = reply.take(next.value.chunk);
				passToListener(change, listener);
				if (change.text !== "") waitFor(limits.idleMs);
			}
			// One timeout limits the wait for the usage record, whatever else the server sends in that time.
			const isEnding = reply.isFinished || isMarked;
			if (!isEnding) waitFor(limits.idleMs);
			else if (!wasEnding) waitFor(limits.usageMs);
		}
		if (reply.isFull) await chunks.return(undefined);
	} catch (error) {
		if (error instanceof ListenerError) throw error.cause;
		fault = toProviderFault(error, reply.hasBegun, (status, answer) =>
			findRefusedPart(status, answer, body, refused),
		);
	} finally {
		clearTimeout(watchdog);
		stop.removeEventListener("abort", onStop);
		// The abort closes the connection when the reply was not read to its end.
		attempt.abort();
	}
	stop.throwIfAborted();
	// A fault after the end of the reply does not matter.
	if (!reply.isFinished && !isMarked && !reply.isFull) {
		if (isStalled) throw new ProviderFault({ reason: "timeout", canRetry: false, note: "stalled" });
		if (fault) throw fault;
	}
	if (fault && !fault.canRetry) throw fault;
	try {
		passToListener(reply.end({ isMarked }), listener);
	} catch (error) {
		throw error instanceof ListenerError ? error.cause : error;
	}
	return reply.completion();
}

/** Wraps an error of the reply's listener, so that it is not handled as a fault of the provider. */
class ListenerError extends Error {}

function passToListener({ text, replacesAll }: TextChange, { onPiece, onRestart }: ReplyListener): void {
	try {
		if (replacesAll) onRestart();
		if (text !== "") onPiece(text);
	} catch (cause) {
		throw new ListenerError("the listener failed", { cause });
	}
}

function hostOf(baseUrl: string): string {
	return URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
}
