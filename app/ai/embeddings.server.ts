import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod/v4";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { recordModelUsage } from "#app/models/ai-turn/usage.server.ts";
import { dropStaleVectors, embedMissing } from "#app/models/article/passage-vector.server.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import type { Meaning } from "#app/models/search/meaning.server.ts";
import { indexVectors } from "#app/models/search/vector-index.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { encodeMeaning, warmEncoder } from "./encoder/encode.server.ts";

/** Texts a request carries: well under what providers take, and few enough that a failure repeats little. */
const TEXTS_PER_REQUEST = 64;
/** A question waits no longer than this for its meaning; words alone find as well. */
const QUESTION_TIMEOUT_MS = 2_000;
const BATCH_TIMEOUT_MS = 60_000;
const MAX_RETRIES = 3;
const FIRST_BACKOFF_MS = 500;
/** A longer Retry-After is left to the next sweep. */
const MAX_RETRY_WAIT_MS = 30_000;
/** About 8,000 tokens, the most that OpenAI's models read. */
const MAX_EMBEDDED_CHARACTERS = 24_000;

const embeddingsResponse = z.object({
	data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()).min(1) })),
	usage: z.object({ prompt_tokens: z.number().int().nonnegative().nullish() }).nullish(),
});

class EmbeddingFailed extends Error {
	constructor(
		readonly note: string,
		readonly retryAfterMs: number | null,
		readonly canRetry: boolean,
	) {
		super(`The provider made no vectors: ${note}.`);
	}
}

/** Under this name the vectors of our own encoder are kept; another make of it needs another name. */
const BUILT_IN_MODEL = "built-in-1";
/** Texts our own encoder takes at a time, some two seconds of its patient work. */
const TEXTS_PER_BUILT_IN_BATCH = 8;

/** Once per process and failure: a provider that is away would otherwise fill the log with every question. */
let lastLoggedFailure: string | null = null;

function logFailureOnce(error: unknown): void {
	const note = error instanceof EmbeddingFailed ? error.note : String((error as Error)?.name);
	if (note === lastLoggedFailure) return;
	lastLoggedFailure = note;
	log.warn({ note }, "articles are searched by words alone: no vectors could be made");
}

/**
 * The meaning of a question from the provider's embedding model (OPENAI_EMBEDDING_MODEL). Null where none is set, and
 * when the provider fails or is slow, which is logged once. It waits for the provider, up to 2 s.
 */
export async function embedQuestionWithProvider(
	question: string,
	signal?: AbortSignal,
): Promise<Meaning | null> {
	const { OPENAI_EMBEDDING_MODEL: model } = env();
	if (!model || !hasVisibleText(question)) return null;
	try {
		const [vector] = await embed([question], model, QUESTION_TIMEOUT_MS);
		lastLoggedFailure = null;
		return vector ? { model, vector: Float32Array.from(vector), isBuiltIn: false } : null;
	} catch (error) {
		signal?.throwIfAborted();
		logFailureOnce(error);
		return null;
	}
}

/**
 * The meaning of an English question from our own encoder; null where the provider's model is in its place, and on
 * a machine that cannot run it, which is logged once.
 */
export async function embedQuestionWithBuiltInModel(
	question: string,
	language: string,
): Promise<Meaning | null> {
	if (env().OPENAI_EMBEDDING_MODEL || !hasVisibleText(question) || searchConfig(language) !== ENGLISH)
		return null;
	try {
		return { model: BUILT_IN_MODEL, vector: await encodeMeaning(question), isBuiltIn: true };
	} catch (error) {
		logFailureOnce(error);
		return null;
	}
}

/**
 * Gives every passage that has no vector one, in batches, and tries again what failed for a while.
 * @returns how many were made; what is left when the provider stays away is left to the next call.
 */
export async function updatePassageEmbeddings(): Promise<number> {
	const model = env().OPENAI_EMBEDDING_MODEL ?? BUILT_IN_MODEL;
	try {
		if (model === BUILT_IN_MODEL) await warmEncoder();
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
 * Gives every passage that has no vector one, now.
 * @param options.isPatient whether our own encoder leaves the processor to others meanwhile.
 */
export async function embedMissingPassages({ isPatient = false } = {}): Promise<number> {
	const { OPENAI_EMBEDDING_MODEL: model } = env();
	if (model)
		return embedMissing({
			model,
			batch: TEXTS_PER_REQUEST,
			requestEmbeddings: (texts) => requestEmbeddingsWithRetries(texts, model),
		});
	return embedMissing({
		model: BUILT_IN_MODEL,
		batch: TEXTS_PER_BUILT_IN_BATCH,
		config: ENGLISH,
		async requestEmbeddings(texts) {
			const vectors: Float32Array[] = [];
			for (const text of texts) vectors.push(await encodeMeaning(text, { isPatient }));
			return vectors;
		},
	});
}

async function requestEmbeddingsWithRetries(texts: string[], model: string): Promise<number[][]> {
	for (let retry = 0; ; retry++) {
		try {
			return await embed(texts, model, BATCH_TIMEOUT_MS);
		} catch (error) {
			if (!(error instanceof EmbeddingFailed) || !error.canRetry || retry === MAX_RETRIES) throw error;
			const waitMs = error.retryAfterMs ?? FIRST_BACKOFF_MS * 2 ** retry;
			if (waitMs > MAX_RETRY_WAIT_MS) throw error;
			await wait(waitMs * (1 + Math.random() / 4));
		}
	}
}

/** One request. Not through the SDK, which would ask for base64 and retry on its own. @throws EmbeddingFailed */
async function embed(texts: string[], model: string, timeoutMs: number): Promise<number[][]> {
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

/** Characters to a token, roughly, for servers that do not say how many they took. */
const CHARACTERS_PER_TOKEN = 4;

/** Writes down what a request used. One that cannot be counted still has its vectors. */
async function recordUsageSafely(model: string, texts: string[], tokens: number | null): Promise<void> {
	const characters = texts.reduce((sum, text) => sum + Math.min(text.length, MAX_EMBEDDED_CHARACTERS), 0);
	const promptTokens = tokens || Math.ceil(characters / CHARACTERS_PER_TOKEN);
	try {
		await recordModelUsage({ purpose: "embed", model, promptTokens, completionTokens: 0 });
	} catch (error) {
		log.error({ err: error }, "a request for vectors was not counted");
	}
}
