import OpenAI from "openai";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { recordUsage, type Usage } from "#app/models/ai-usage.server.ts";
import { type Answerer, AnswerFailed, type AnswerRequest } from "./answer.ts";
import { faultOf, ProviderFault } from "./openai/faults.ts";
import { Gathering } from "./openai/gathering.ts";
import { pause, retryDelayMs } from "./openai/retry.ts";
import { answerInRounds } from "./openai/rounds.server.ts";
import type { Complete, Completion } from "./openai/wire.ts";
import { TOOLS } from "./tools/toolbox.server.ts";

/** How long we wait for what. Tests shorten them; nothing else does. */
export type Limits = {
	/** For the whole answer, tools and retries included. */
	totalMs: number;
	/** For the first chunk of a reply. */
	firstByteMs: number;
	/** Between two chunks. */
	idleMs: number;
	/** For the usage record after the text has ended: worth having, not worth waiting for. */
	usageMs: number;
	/** First wait before a retry when the provider names none; doubled each time. */
	backoffMs: number;
	/** A longer Retry-After is not waited for: a person is the better answer. */
	longestRetryAfterMs: number;
	/** Repeated requests, over the whole answer. */
	retries: number;
	/** Of those, the ones after words of the reply had come: the customer sees an answer begin anew so often. */
	restarts: number;
};

export const LIMITS: Limits = {
	totalMs: 90_000,
	firstByteMs: 20_000,
	idleMs: 20_000,
	usageMs: 2_000,
	backoffMs: 500,
	longestRetryAfterMs: 5_000,
	retries: 2,
	restarts: 1,
};

export type Provider = { apiKey: string; baseUrl: string; model: string; limits?: Partial<Limits> };

/** Tokens one reply may take: several times a good answer, and an end to a model that cannot stop. */
const MAX_REPLY_TOKENS = 2_000;

const TOOL_PARAMETERS = TOOLS.map(({ name, description, parameters }) => ({
	type: "function" as const,
	function: { name, description, parameters, strict: true },
}));

/**
 * Answers with the model that OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL name.
 * @throws AnswerFailed as described in answer.ts; the request's own abort reason when it was stopped.
 */
export const answerWithModel: Answerer = (request, onText) => {
	return answererFor(configuredProvider())(request, onText);
};

function configuredProvider(): Provider {
	const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL } = env();
	return {
		apiKey: OPENAI_API_KEY ?? "",
		baseUrl: OPENAI_BASE_URL ?? "https://api.openai.com/v1",
		model: OPENAI_MODEL,
	};
}

/** An answerer that asks the given provider, any server that speaks OpenAI's chat completions. */
export function answererFor(provider: Provider): Answerer {
	return async (request, onText) => {
		if (provider.apiKey === "") throw new AnswerFailed("unauthorised");
		const limits = { ...LIMITS, ...provider.limits };
		// Not AbortSignal.any: on Node 20 the composite keeps its sources' listeners alive (nodejs/node#54614).
		const stop = new AbortController();
		const onAbort = () => stop.abort(request.signal.reason);
		request.signal.throwIfAborted();
		request.signal.addEventListener("abort", onAbort, { once: true });
		const outOfTime = setTimeout(() => stop.abort(new AnswerFailed("timeout")), limits.totalMs);
		try {
			const asking = { provider, limits, stop: stop.signal, usage: request.usage };
			return await answerInRounds(request, onText, completerFor(asking));
		} finally {
			clearTimeout(outOfTime);
			request.signal.removeEventListener("abort", onAbort);
		}
	};
}

type Asking = {
	provider: Provider;
	limits: Limits;
	stop: AbortSignal;
	usage: AnswerRequest["usage"];
};

function completerFor(asking: Asking): Complete {
	const { provider, limits, stop } = asking;
	const client = clientOf(provider);
	let retriesLeft = limits.retries;
	let restartsLeft = limits.restarts;
	return async ({ messages, mayCallTools, onPiece, onRestart }) => {
		const body = {
			model: provider.model,
			messages,
			stream: true as const,
			stream_options: { include_usage: true },
			tools: TOOL_PARAMETERS,
			tool_choice: mayCallTools ? ("auto" as const) : ("none" as const),
			max_completion_tokens: MAX_REPLY_TOKENS,
		};
		for (;;) {
			let written = "";
			try {
				const completion = await askOnce({ client, body, asking }, (piece) => {
					written += piece;
					onPiece(piece);
				});
				await count(body, completion, { purpose: "answer", ...asking.usage });
				return completion;
			} catch (error) {
				const hasText = written !== "";
				// A reply that broke off is on the bill as well, though nobody says with how much.
				if (hasText) await count(body, { text: written }, { purpose: "answer", ...asking.usage });
				if (!(error instanceof ProviderFault)) throw error;
				const mayRetry = retriesLeft > 0 && (!hasText || restartsLeft > 0);
				const waitMs = mayRetry ? retryDelayMs(error, limits, retriesLeft) : null;
				if (waitMs === null) throw error.toAnswerFailed();
				retriesLeft--;
				if (hasText) restartsLeft--;
				await pause(waitMs, stop);
				onRestart();
			}
		}
	};
}

type Ask = { client: OpenAI; body: OpenAI.ChatCompletionCreateParamsStreaming; asking: Asking };

/** One request. Throws ProviderFault when the provider fails, or the reason of `stop`. */
async function askOnce({ client, body, asking }: Ask, onPiece: (piece: string) => void): Promise<Completion> {
	const { limits, stop } = asking;
	stop.throwIfAborted();
	const gathering = new Gathering();
	const attempt = new AbortController();
	let isStalled = false;
	const onStop = () => attempt.abort();
	const stall = () => {
		isStalled = true;
		attempt.abort();
	};
	stop.addEventListener("abort", onStop, { once: true });
	let watchdog = setTimeout(stall, limits.firstByteMs);
	let fault: ProviderFault | null = null;
	try {
		const options = { signal: attempt.signal, timeout: limits.firstByteMs + 1_000 };
		const chunks = (await client.chat.completions.create(body, options))[Symbol.asyncIterator]();
		// Not for-await: what onPiece throws is the caller's and must not be taken for the provider's fault.
		while (!gathering.isFull) {
			const next = await chunks.next();
			if (next.done || stop.aborted) break;
			const wasFinished = gathering.isFinished;
			const piece = gathering.take(next.value);
			if (piece !== "") deliver(piece, onPiece);
			// One wait for the usage record, whatever else a server sends meanwhile.
			if (wasFinished) continue;
			clearTimeout(watchdog);
			watchdog = setTimeout(stall, gathering.isFinished ? limits.usageMs : limits.idleMs);
		}
	} catch (error) {
		if (error instanceof CallerError) throw error.cause;
		fault = faultOf(error, gathering.hasBegun);
	} finally {
		clearTimeout(watchdog);
		stop.removeEventListener("abort", onStop);
		// Frees the connection when we stop reading early; without effect on a finished reply.
		attempt.abort();
	}
	stop.throwIfAborted();
	// The SDK ends its iteration without an error when aborted, and so does a connection closed in mid-reply:
	// only a finish reason makes a reply whole. What goes wrong after it no longer matters.
	if (!gathering.isFinished && !gathering.isFull) {
		if (isStalled) throw new ProviderFault({ reason: "timeout", canRetry: false, note: "stalled" });
		if (fault) throw fault;
		throw new ProviderFault({
			reason: gathering.hasBegun ? "cut" : "malformed",
			canRetry: true,
			note: "no end",
		});
	}
	return gathering.completion();
}

/** Carries an error of the caller's own past the provider's error handling. */
class CallerError extends Error {}

function deliver(piece: string, onPiece: (piece: string) => void): void {
	try {
		onPiece(piece);
	} catch (cause) {
		throw new CallerError("onText failed", { cause });
	}
}

/** A model's plain text for a small job of our own, as a summary. */
export type SmallJob = {
	purpose: Usage["purpose"];
	system: string;
	text: string;
	/** The reply ends here, and is then as if it had not come. */
	deadlineMs: number;
	mostTokens: number;
	/** The reply is JSON of this schema, in the subset that strict structured outputs accept. */
	format?: { name: string; schema: Record<string, unknown> };
	/** Ends it earlier. */
	signal?: AbortSignal;
	usage?: AnswerRequest["usage"];
};

/** The name of the model for small jobs: OPENAI_SMALL_MODEL, else OPENAI_MODEL. */
export function smallModel(): string {
	const { OPENAI_SMALL_MODEL, OPENAI_MODEL } = env();
	return OPENAI_SMALL_MODEL ?? OPENAI_MODEL;
}

/**
 * Asks the small model once, without tools.
 * @returns null when there is no key, the provider failed or the deadline passed: a small job has another way.
 */
export async function askSmallModel(job: SmallJob): Promise<string | null> {
	const provider = { ...configuredProvider(), model: smallModel() };
	if (provider.apiKey === "") return null;
	const body = {
		model: provider.model,
		messages: [
			{ role: "system" as const, content: job.system },
			{ role: "user" as const, content: job.text },
		],
		stream: true as const,
		stream_options: { include_usage: true },
		max_completion_tokens: job.mostTokens,
		...(job.format
			? { response_format: { type: "json_schema" as const, json_schema: { ...job.format, strict: true } } }
			: {}),
	};
	const stop = new AbortController();
	const onAbort = () => stop.abort(job.signal?.reason);
	if (job.signal?.aborted) return null;
	job.signal?.addEventListener("abort", onAbort, { once: true });
	const outOfTime = setTimeout(() => stop.abort(new AnswerFailed("timeout")), job.deadlineMs);
	try {
		const asking = { provider, limits: LIMITS, stop: stop.signal, usage: job.usage };
		const completion = await askOnce({ client: clientOf(provider), body, asking }, () => {});
		await count(body, completion, { purpose: job.purpose, ...job.usage });
		return completion.hasRefused ? null : completion.text.trim() || null;
	} catch (error) {
		if (job.signal?.aborted) return null;
		const reason = error instanceof ProviderFault ? error.reason : "timeout";
		log.warn({ purpose: job.purpose, reason }, "a small job was not done by a model");
		return null;
	} finally {
		clearTimeout(outOfTime);
		job.signal?.removeEventListener("abort", onAbort);
	}
}

const clients = new Map<string, OpenAI>();

/** One client an address and key, since making one takes milliseconds that a customer would wait. */
function clientOf({ apiKey, baseUrl }: Provider): OpenAI {
	const known = clients.get(`${baseUrl} ${apiKey}`);
	if (known) return known;
	const client = new OpenAI({
		apiKey,
		baseURL: baseUrl,
		// The SDK would retry without knowing what the customer has already read; we do it ourselves.
		maxRetries: 0,
		// At any other level it prints chunks it cannot parse, and those hold people's words.
		logLevel: "off",
	});
	// An installation has one provider; tests have many, and none is to be kept for good.
	if (clients.size >= MOST_CLIENTS) clients.clear();
	clients.set(`${baseUrl} ${apiKey}`, client);
	return client;
}

const MOST_CLIENTS = 8;

/** Characters to a token, roughly, for servers that do not say how many they took. */
const CHARACTERS_A_TOKEN = 4;

/** Writes down what a call used. A call that cannot be counted is still answered. */
async function count(
	body: OpenAI.ChatCompletionCreateParamsStreaming,
	completion: Pick<Completion, "text"> & Partial<Completion>,
	usage: Pick<Usage, "purpose" | "turnId" | "sessionId">,
): Promise<void> {
	const promptTokens =
		completion.promptTokens || Math.ceil(JSON.stringify(body.messages).length / CHARACTERS_A_TOKEN);
	const completionTokens =
		completion.completionTokens || Math.ceil(completion.text.length / CHARACTERS_A_TOKEN);
	try {
		await recordUsage({ ...usage, model: body.model, promptTokens, completionTokens });
	} catch (error) {
		log.error({ err: error }, "a model call was not counted");
	}
}
