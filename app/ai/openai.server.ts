import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { type ModelUsage, recordModelUsage } from "#app/models/ai-turn/usage.server.ts";
import { hasVisibleText, trimInvisible } from "#app/text/visible-text.ts";
import { type Answerer, AnswerFailed, type AnswerRequest } from "./answer.ts";
import { answerWithTools } from "./openai/answer-with-tools.server.ts";
import { MODEL_REQUEST_LIMITS, type ModelRequestLimits } from "./openai/limits.ts";
import { ProviderFault } from "./openai/provider-fault.ts";
import { retryDelayMs, waitUnlessAborted } from "./openai/retry.ts";
import { extractJsonObject } from "./openai/wire/json-arguments.ts";
import type { Completion, ModelRequest, RequestCompletion } from "./openai/wire/model-request.ts";
import { requestReply } from "./openai/wire/request-reply.server.ts";
import { TOOLS } from "./tools/toolbox.server.ts";

export type ModelProvider = {
	apiKey: string;
	baseUrl: string;
	model: string;
	limits?: Partial<ModelRequestLimits>;
};

/**
 * Limit for one reply of the model, in tokens. It is several times a good answer, so it only stops a model that does
 * not end.
 */
const MAX_REPLY_TOKENS = 2_000;

/**
 * Answers with the model that OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL configure.
 * @throws AnswerFailed when the provider fails; the abort reason when the request is aborted.
 */
export const answerWithModel: Answerer = (request, onText) => {
	return createModelAnswerer(readProviderSettings())(request, onText);
};

function readProviderSettings(): ModelProvider {
	const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL } = env();
	return {
		apiKey: OPENAI_API_KEY ?? "",
		baseUrl: OPENAI_BASE_URL ?? "https://api.openai.com/v1",
		model: OPENAI_MODEL,
	};
}

/** Creates an answerer that uses a provider: any server with OpenAI's chat completions API. */
export function createModelAnswerer(provider: ModelProvider): Answerer {
	return async (request, onText) => {
		if (provider.apiKey === "") throw new AnswerFailed("unauthorised");
		const limits = { ...MODEL_REQUEST_LIMITS, ...provider.limits };
		// This code does not use AbortSignal.any, because that leaks the listeners of its sources on Node 20
		// (nodejs/node#54614).
		const stop = new AbortController();
		const onAbort = () => stop.abort(request.signal.reason);
		request.signal.throwIfAborted();
		request.signal.addEventListener("abort", onAbort, { once: true });
		const timeoutTimer = setTimeout(() => stop.abort(new AnswerFailed("timeout")), limits.totalMs);
		try {
			const completionOptions = { provider, limits, stop: stop.signal, usage: request.usage };
			return await answerWithTools(request, onText, createCompleter(completionOptions));
		} finally {
			clearTimeout(timeoutTimer);
			request.signal.removeEventListener("abort", onAbort);
		}
	};
}

type CompletionOptions = {
	provider: ModelProvider;
	limits: ModelRequestLimits;
	stop: AbortSignal;
	usage: AnswerRequest["usage"];
};

function createCompleter(asking: CompletionOptions): RequestCompletion {
	const { provider, limits, stop } = asking;
	let retriesLeft = limits.retries;
	let restartsLeft = limits.restarts;
	return async ({ messages, mayCallTools, onPiece, onRestart }) => {
		const ask = { messages, tools: TOOLS, mayCallTools, maxTokens: MAX_REPLY_TOKENS };
		const usage = { model: provider.model, messages, purpose: "answer" as const, ...asking.usage };
		for (;;) {
			let written = "";
			try {
				const completion = await requestReply(
					ask,
					provider,
					{ limits, stop },
					{
						onPiece(piece) {
							written += piece;
							onPiece(piece);
						},
						onRestart,
					},
				);
				await recordUsageSafely(usage, completion);
				return completion;
			} catch (error) {
				const hasText = written !== "";
				// The provider also charges for a reply that broke off, but does not report the tokens of that reply.
				if (hasText) await recordUsageSafely(usage, { text: written });
				if (!(error instanceof ProviderFault)) throw error;
				const mayRetry = retriesLeft > 0 && (!hasText || restartsLeft > 0);
				const waitMs = mayRetry ? retryDelayMs(error, limits, retriesLeft) : null;
				if (waitMs === null) throw error.toAnswerFailed();
				retriesLeft--;
				if (hasText) restartsLeft--;
				await waitUnlessAborted(waitMs, stop);
				onRestart();
			}
		}
	};
}

/** A request to the small model for one text, such as a summary. */
export type SmallModelRequest = {
	purpose: ModelUsage["purpose"];
	system: string;
	text: string;
	/** Time limit in ms. After it the request is aborted and has no result. */
	deadlineMs: number;
	maxTokens: number;
	/** JSON Schema of the reply, in the subset that strict structured outputs accept; absent for plain text. */
	format?: { name: string; schema: Record<string, unknown> };
	/** Signal that aborts the request before its deadline. */
	signal?: AbortSignal;
	usage?: AnswerRequest["usage"];
};

/** The name of the small model: OPENAI_SMALL_MODEL, else OPENAI_MODEL. */
export function smallModelName(): string {
	const { OPENAI_SMALL_MODEL, OPENAI_MODEL } = env();
	return OPENAI_SMALL_MODEL ?? OPENAI_MODEL;
}

/**
 * Asks the small model once, without tools.
 * @returns null when no API key is set, the provider failed or the deadline passed. Every caller works without the
 * small model.
 */
export async function askSmallModel(request: SmallModelRequest): Promise<string | null> {
	const provider = { ...readProviderSettings(), model: smallModelName() };
	if (provider.apiKey === "") return null;
	const ask: ModelRequest = {
		messages: [
			{ role: "system", content: request.system },
			{ role: "user", content: request.text },
		],
		tools: [],
		mayCallTools: false,
		maxTokens: request.maxTokens,
		...(request.format ? { format: request.format } : {}),
	};
	const stop = new AbortController();
	const onAbort = () => stop.abort(request.signal?.reason);
	if (request.signal?.aborted) return null;
	request.signal?.addEventListener("abort", onAbort, { once: true });
	const outOfTime = setTimeout(() => stop.abort(new AnswerFailed("timeout")), request.deadlineMs);
	try {
		const ignoredText = { onPiece() {}, onRestart() {} };
		const completion = await requestReply(
			ask,
			provider,
			{ limits: MODEL_REQUEST_LIMITS, stop: stop.signal },
			ignoredText,
		);
		const { model } = provider;
		await recordUsageSafely(
			{ model, messages: ask.messages, purpose: request.purpose, ...request.usage },
			completion,
		);
		const text = request.format ? extractJsonObject(completion.text) : trimInvisible(completion.text);
		return completion.hasRefused || !hasVisibleText(text) ? null : text;
	} catch (error) {
		if (request.signal?.aborted) return null;
		const reason = error instanceof ProviderFault ? error.reason : "timeout";
		log.warn({ purpose: request.purpose, reason }, "a request to the small model failed");
		return null;
	} finally {
		clearTimeout(outOfTime);
		request.signal?.removeEventListener("abort", onAbort);
	}
}

/** Estimated characters of a token, for servers that do not report the tokens they used. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Records the token usage of a model call. An error of the recording is only logged, because the model's reply is still
 * good.
 */
async function recordUsageSafely(
	{
		messages,
		...usage
	}: Pick<ModelUsage, "purpose" | "turnId" | "sessionId" | "model"> & Pick<ModelRequest, "messages">,
	completion: Pick<Completion, "text"> & Partial<Completion>,
): Promise<void> {
	const promptTokens =
		completion.promptTokens || Math.ceil(JSON.stringify(messages).length / CHARACTERS_PER_TOKEN);
	const completionTokens =
		completion.completionTokens || Math.ceil(completion.text.length / CHARACTERS_PER_TOKEN);
	try {
		await recordModelUsage({ ...usage, promptTokens, completionTokens });
	} catch (error) {
		log.error({ err: error }, "the usage of a model call was not recorded");
	}
}
