import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod/v4";
import { backoffMs, withJitter } from "#app/backoff.ts";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { recordModelUsage } from "#app/models/ai-turn/usage.server.ts";
import { classifyPassages } from "#app/models/article/passage-intents.server.ts";
import { dropStaleVectors, embedTextsWithoutVector } from "#app/models/article/passage-vector.server.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import type { QuestionEmbedding } from "#app/models/search/meaning.server.ts";
import { indexVectors } from "#app/models/search/vector-index.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { computeEmbedding, preloadEncoder } from "./encoder/encode.server.ts";
import { INTENT_MODEL_VERSION } from "./intent/classify.server.ts";
import { classifyPassage } from "./intent/search-intents.ts";

/** Texts in one embedding request: below the limits of providers, and few enough that a retry repeats little work. */
const TEXTS_PER_REQUEST = 64;
/** Time that a question waits for its embedding. After that time the question is searched by words alone. */
const QUESTION_TIMEOUT_MS = 2_000;
const BATCH_TIMEOUT_MS = 60_000;
const MAX_RETRIES = 3;
const FIRST_BACKOFF_MS = 500;
/** Longest Retry-After delay that is waited for. After a longer one, the next periodic run sends the request again. */
const MAX_RETRY_WAIT_MS = 30_000;
/** Limit for an embedded text in characters: about 8,000 tokens, the limit of OpenAI's embedding models. */
const MAX_EMBEDDED_CHARACTERS = 24_000;

const embeddingsResponse = z.object({
	data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()).min(1) })),
	usage: z.object({ prompt_tokens: z.number().int().nonnegative().nullish() }).nullish(),
});

/** Error: the provider returned no embeddings. `note` may be logged. */
export class EmbeddingFailed extends Error {
	constructor(
		readonly note: string,
		readonly retryAfterMs: number | null,
		readonly canRetry: boolean,
	) {
		super(`The provider returned no embeddings: ${note}.`);
	}
}

/**
 * The model name with which embeddings of the built-in encoder are stored. Change this name whenever the encoder
 * changes.
 */
const BUILT_IN_MODEL = "built-in-1";
/** Texts in one batch of the built-in encoder: about two seconds of work at its low priority. */
const TEXTS_PER_BUILT_IN_BATCH = 8;

/**
 * The last failure of embedding that was logged. A failure is logged once until it changes, so that a provider that is
 * down does not fill the log.
 */
let lastLoggedFailure: string | null = null;

function logFailureOnce(error: unknown): void {
	const note = error instanceof EmbeddingFailed ? error.note : String((error as Error)?.name);
	if (note === lastLoggedFailure) return;
	lastLoggedFailure = note;
	log.warn({ note }, "embeddings failed, so articles are searched by words alone");
}

/**
 * Computes the embedding of a question with the provider's model (OPENAI_EMBEDDING_MODEL). Waits at most 2 s.
 * @returns null when OPENAI_EMBEDDING_MODEL is not set, and when the provider fails or is too slow. A failure is logged
 * once.
 */
export async function embedQuestionWithProvider(
	question: string,
	signal?: AbortSignal,
): Promise<QuestionEmbedding | null> {
	const { OPENAI_EMBEDDING_MODEL: model } = env();
	if (!model || !hasVisibleText(question)) return null;
	try {
		const [vector] = await requestEmbeddings([question], model, QUESTION_TIMEOUT_MS);
		lastLoggedFailure = null;
		return vector ? { model, vector: Float32Array.from(vector), isBuiltIn: false } : null;
	} catch (error) {
		signal?.throwIfAborted();
		logFailureOnce(error);
		return null;
	}
}

/**
 * Computes the embedding of an English question with the built-in encoder.
 * @returns null for questions in other languages, when a provider's model is set, and on a machine that cannot run the
 * encoder, which is logged once.
 */
export async function embedQuestionWithBuiltInModel(
	question: string,
	language: string,
): Promise<QuestionEmbedding | null> {
	if (env().OPENAI_EMBEDDING_MODEL || !hasVisibleText(question) || searchConfig(language) !== ENGLISH)
		return null;
	try {
		return { model: BUILT_IN_MODEL, vector: await computeEmbedding(question), isBuiltIn: true };
	} catch (error) {
		logFailureOnce(error);
		return null;
	}
}

/**
 * Classifies and embeds all passages that are new, updates the vector index, and deletes embeddings of texts that no
 * longer exist. When the provider keeps failing, the next call embeds the rest.
 * @returns the number of new embeddings.
 */
export async function updatePassageEmbeddings(): Promise<number> {
	const model = env().OPENAI_EMBEDDING_MODEL ?? BUILT_IN_MODEL;
	try {
		if (model === BUILT_IN_MODEL) await preloadEncoder();
		await indexVectors(model);
		const made = await embedMissingPassages({ isPatient: true });
		if (made > 0) await indexVectors(model);
		await dropStaleVectors(model);
		return made;
	} catch (error) {
		logFailureOnce(error);
		return 0;
	}
}

/**
 * Classifies and embeds all passages that are new.
 * @param options.isPatient true makes the built-in encoder use at most a quarter of a processor core.
 * @returns the number of new embeddings.
 */
export async function embedMissingPassages({ isPatient = false } = {}): Promise<number> {
	await classifyPassages(INTENT_MODEL_VERSION, classifyPassage);
	const { OPENAI_EMBEDDING_MODEL: model } = env();
	if (model)
		return embedTextsWithoutVector({
			model,
			batch: TEXTS_PER_REQUEST,
			embedTexts: (texts) => requestEmbeddingsWithRetries(texts, model),
		});
	return embedTextsWithoutVector({
		model: BUILT_IN_MODEL,
		batch: TEXTS_PER_BUILT_IN_BATCH,
		config: ENGLISH,
		async embedTexts(texts) {
			const vectors: Float32Array[] = [];
			for (const text of texts) vectors.push(await computeEmbedding(text, { isPatient }));
			return vectors;
		},
	});
}

async function requestEmbeddingsWithRetries(texts: string[], model: string): Promise<number[][]> {
	for (let retry = 0; ; retry++) {
		try {
			return await requestEmbeddings(texts, model, BATCH_TIMEOUT_MS);
		} catch (error) {
			if (!(error instanceof EmbeddingFailed) || !error.canRetry || retry === MAX_RETRIES) throw error;
			const waitMs =
				error.retryAfterMs ??
				withJitter(backoffMs({ firstMs: FIRST_BACKOFF_MS, maxMs: MAX_RETRY_WAIT_MS }, retry + 1));
			if (waitMs > MAX_RETRY_WAIT_MS) throw error;
			await delay(waitMs);
		}
	}
}

/**
 * Sends one embedding request to the provider. The request does not use OpenAI's SDK, which would ask for base64 and
 * retry by itself.
 * @throws EmbeddingFailed
 */
async function requestEmbeddings(texts: string[], model: string, timeoutMs: number): Promise<number[][]> {
	const { OPENAI_API_KEY, OPENAI_BASE_URL = "https://api.openai.com/v1" } = env();
	let response: Response;
	try {
		response = await fetch(`${OPENAI_BASE_URL.replace(/(?<!\/)\/+$/, "")}/embeddings`, {
			method: "POST",
			headers: { "Content-Type": "application/json", Authorization: `Bearer ${OPENAI_API_KEY ?? ""}` },
			body: JSON.stringify({
				model,
				input: texts.map((text) => text.slice(0, MAX_EMBEDDED_CHARACTERS)),
				encoding_format: "float",
			}),
			signal: AbortSignal.timeout(timeoutMs),
		});
		if (!response.ok) {
			await response.body?.cancel();
			const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
			const canRetry = response.status === 429 || response.status >= 500;
			const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
			throw new EmbeddingFailed(`status ${response.status}`, retryAfterMs, canRetry);
		}
		const { data, usage } = embeddingsResponse.parse(await response.json());
		await recordUsageSafely(model, texts, usage?.prompt_tokens ?? null);
		const vectors = data.sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
		if (vectors.length === texts.length) return vectors;
	} catch (error) {
		if (error instanceof EmbeddingFailed) throw error;
		const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
		throw new EmbeddingFailed(isTimeout ? "too slow" : "no usable reply", null, true);
	}
	throw new EmbeddingFailed("not one vector for each text", null, false);
}

/** Estimated characters of a token, for servers that do not report the tokens they used. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Records the token usage of an embedding request. An error of the recording is only logged, because the embeddings are
 * still good.
 */
async function recordUsageSafely(model: string, texts: string[], tokens: number | null): Promise<void> {
	const characters = texts.reduce((sum, text) => sum + Math.min(text.length, MAX_EMBEDDED_CHARACTERS), 0);
	const promptTokens = tokens || Math.ceil(characters / CHARACTERS_PER_TOKEN);
	try {
		await recordModelUsage({ purpose: "embed", model, promptTokens, completionTokens: 0 });
	} catch (error) {
		log.error({ err: error }, "the usage of an embedding request was not recorded");
	}
}
