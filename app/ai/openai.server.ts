import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { recordUsage, type Usage } from "#app/models/ai-turn/usage.server.ts";
import { hasVisibleText, trimInvisible } from "#app/text/visible-text.ts";
import { type Answerer, AnswerFailed, type AnswerRequest } from "./answer.ts";
import { ProviderFault } from "./openai/faults.ts";
import { LIMITS, type Limits } from "./openai/limits.ts";
import { pause, retryDelayMs } from "./openai/retry.ts";
import { answerInRounds } from "./openai/rounds.server.ts";
import { jsonIn } from "./openai/wire/arguments.ts";
import { askServer } from "./openai/wire/ask.server.ts";
import type { Ask, Complete, Completion } from "./openai/wire/vocabulary.ts";
import { TOOLS } from "./tools/toolbox.server.ts";

export type Provider = { apiKey: string; baseUrl: string; model: string; limits?: Partial<Limits> };

/** Tokens one reply may take: several times a good answer, and an end to a model that cannot stop. */
const MAX_REPLY_TOKENS = 2_000;

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
	let retriesLeft = limits.retries;
	let restartsLeft = limits.restarts;
	return async ({ messages, mayCallTools, onPiece, onRestart }) => {
		const ask = { messages, tools: TOOLS, mayCallTools, mostTokens: MAX_REPLY_TOKENS };
		const counted = { model: provider.model, messages, purpose: "answer" as const, ...asking.usage };
		for (;;) {
			let written = "";
			try {
				const completion = await askServer(
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
				await count(counted, completion);
				return completion;
			} catch (error) {
				const hasText = written !== "";
				// A reply that broke off is on the bill as well, though nobody says with how much.
				if (hasText) await count(counted, { text: written });
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
	const ask: Ask = {
		messages: [
			{ role: "system", content: job.system },
			{ role: "user", content: job.text },
		],
		tools: [],
		mayCallTools: false,
		mostTokens: job.mostTokens,
		...(job.format ? { format: job.format } : {}),
	};
	const stop = new AbortController();
	const onAbort = () => stop.abort(job.signal?.reason);
	if (job.signal?.aborted) return null;
	job.signal?.addEventListener("abort", onAbort, { once: true });
	const outOfTime = setTimeout(() => stop.abort(new AnswerFailed("timeout")), job.deadlineMs);
	try {
		const nobody = { onPiece() {}, onRestart() {} };
		const completion = await askServer(ask, provider, { limits: LIMITS, stop: stop.signal }, nobody);
		const { model } = provider;
		await count({ model, messages: ask.messages, purpose: job.purpose, ...job.usage }, completion);
		const text = job.format ? jsonIn(completion.text) : trimInvisible(completion.text);
		return completion.hasRefused || !hasVisibleText(text) ? null : text;
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

/** Characters to a token, roughly, for servers that do not say how many they took. */
const CHARACTERS_A_TOKEN = 4;

/** Writes down what a call used. A call that cannot be counted is still answered. */
async function count(
	{ messages, ...usage }: Pick<Usage, "purpose" | "turnId" | "sessionId" | "model"> & Pick<Ask, "messages">,
	completion: Pick<Completion, "text"> & Partial<Completion>,
): Promise<void> {
	const promptTokens =
		completion.promptTokens || Math.ceil(JSON.stringify(messages).length / CHARACTERS_A_TOKEN);
	const completionTokens =
		completion.completionTokens || Math.ceil(completion.text.length / CHARACTERS_A_TOKEN);
	try {
		await recordUsage({ ...usage, promptTokens, completionTokens });
	} catch (error) {
		log.error({ err: error }, "a model call was not counted");
	}
}
