import { createHash } from "node:crypto";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import {
	type AnswerCacheLookup,
	countCacheHit,
	readCachedAnswer,
	writeCachedAnswer,
} from "#app/models/ai-turn/answer-cache.server.ts";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import type { Answer, AnswerRequest } from "../answer.ts";
import { classifyIntent } from "../intent/classify.server.ts";
import { smallTalk } from "../offline/small-talk.ts";
import { DEFAULT_OWNER_PARTS } from "../prompt/defaults.ts";
import { OWNER_PART_SETTINGS } from "../prompt/owner-parts.server.ts";
import { fixedPromptRules } from "../prompt.server.ts";

/** Which questions may be answered from the answer cache, and which answers may be cached: docs/decisions/015. */

/** A longer question describes one customer's own case, so it is not answered from the cache. */
const MAX_QUESTION_CHARACTERS = 200;
const MIN_QUESTION_WORDS = 2;
/** Intents of questions whose answer is the same for every customer, so that signed-in customers may get it too. */
const CACHEABLE_INTENTS_WHEN_SIGNED_IN = new Set([
	"check_cancellation_fee",
	"check_payment_methods",
	"check_refund_policy",
	"delivery_options",
	"newsletter_subscription",
	"product_info",
	"promotion",
	"warranty",
]);
const MIN_INTENT_CONFIDENCE = 0.6;
/** English words with which customers speak about themselves. In other languages the confidence is mostly too low. */
const FIRST_PERSON_PATTERN = /\b(?:my|mine|i|i'?m|i'?ve|me)\b/i;
/** Tools whose results are the same for every customer and covered by the version in the cache lookup. */
const CACHEABLE_TOOLS = new Set(["search_knowledge"]);

type CacheableQuestion = Pick<
	AnswerRequest,
	"question" | "analysis" | "history" | "summary" | "customerId" | "verifiedEmail" | "customerName" | "locale"
>;

/**
 * Looks a question up in the answer cache.
 * @returns null when the question must neither be answered from the cache nor its answer cached.
 */
export async function lookUpAnswer(question: CacheableQuestion): Promise<AnswerCacheLookup | null> {
	if (!isCacheableQuestion(question)) return null;
	const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL } = env();
	const answerer =
		OPENAI_API_KEY === undefined
			? null
			: [OPENAI_BASE_URL, OPENAI_MODEL, fixedPromptRules(), DEFAULT_OWNER_PARTS];
	const { locale, analysis } = question;
	const keyParts = [normaliseQuestion(question.question), locale, analysis.language, answerer];
	const key = createHash("sha256").update(JSON.stringify(keyParts)).digest("base64url");
	return readCachedAnswer(key, OWNER_PART_SETTINGS);
}

/** A cached answer as the answer to a new question: it took no tokens. */
export function toCachedReply(answer: Answer): Answer {
	return { ...answer, isRemembered: true, promptTokens: 0, completionTokens: 0 };
}

/** Counts a use of a cached answer. An error is logged, because the answer is still good. */
export async function countCacheHitSafely(cacheLookup: AnswerCacheLookup): Promise<void> {
	await countCacheHit(cacheLookup.key).catch((error: unknown) =>
		log.warn({ err: error }, "a use of a cached answer was not counted"),
	);
}

/** Caches an answer if it is cacheable. An error is logged, because the answer is still good. */
export async function cacheAnswer(
	cacheLookup: AnswerCacheLookup,
	asked: CacheableQuestion,
	answer: Answer,
): Promise<void> {
	if (!isCacheableAnswer(asked, answer)) return;
	const { text, answered, intent, confidence, language, sources, escalate, model } = answer;
	const cached = { text, answered, intent, confidence, language, sources, escalate, model };
	const question = normaliseQuestion(asked.question);
	try {
		await writeCachedAnswer(cacheLookup, { question, locale: asked.locale, answer: cached });
	} catch (error) {
		log.warn({ err: error }, "an answer was not cached");
	}
}

/** Removes differences of spacing, case and final punctuation. All words stay, because each may change the meaning. */
function normaliseQuestion(question: string): string {
	return question
		.normalize("NFKC")
		.toLowerCase()
		.replace(/\s+/gu, " ")
		.replace(/(?<![\s.?!…¿¡؟])[\s.?!…¿¡؟]+$/u, "")
		.replace(/^[\s¿¡]+/u, "");
}

/** Whether the answer depends on the question alone, and the question does not identify the customer. */
function isCacheableQuestion(asked: CacheableQuestion): boolean {
	const { intent, confidence } = asked.analysis;
	const question = asked.question.trim();
	if (question.length > MAX_QUESTION_CHARACTERS || question.split(/\s+/).length < MIN_QUESTION_WORDS)
		return false;
	if (/\d{4}/.test(question) || withoutPersonalData(question, asked.customerName) !== question) return false;
	if (asked.summary || !asked.history.every(isSmallTalk)) return false;
	if (isAnonymous(asked)) return true;
	return (
		CACHEABLE_INTENTS_WHEN_SIGNED_IN.has(intent) &&
		confidence >= MIN_INTENT_CONFIDENCE &&
		!FIRST_PERSON_PATTERN.test(question)
	);
}

/**
 * Whether an answer may be given to other customers. Only answers to anonymous customers are cached, because the
 * prompt of a signed-in customer contains a name that the customer may have chosen. All sources must be articles.
 */
function isCacheableAnswer(asked: CacheableQuestion, answer: Answer): boolean {
	const { answered, sources, isRemembered, model, foreignPart } = answer;
	if (!isIndependentOfCustomer(asked) || isRemembered || !answered) return false;
	if (!isSameForEveryCustomer(answer)) return false;
	// The model wrote in the wrong language; the next time it may use the right one.
	if (model !== null && foreignPart) return false;
	return sources.length > 0 && sources.every(({ url }) => url.startsWith("/help/"));
}

/** Whether the prompt contains nothing about the customer and no earlier messages. */
export function isIndependentOfCustomer(asked: CacheableQuestion): boolean {
	return isAnonymous(asked) && asked.history.length === 0;
}

/** Whether an answer has no effects and used only tools whose results are the same for every customer. */
export function isSameForEveryCustomer({
	escalate,
	did,
	proposals,
	needsIdentity,
	tools = [],
}: Answer): boolean {
	if (escalate.needed || did || proposals || needsIdentity) return false;
	return tools.every((tool) => CACHEABLE_TOOLS.has(tool));
}

const isAnonymous = ({ customerId, verifiedEmail }: CacheableQuestion) =>
	customerId === null && !verifiedEmail;

/** Whether an earlier message does not change the answer to the next question, such as a greeting. */
function isSmallTalk({ role, text }: CacheableQuestion["history"][number]): boolean {
	if (role === "assistant") return true;
	if (role === "agent" || text.length > MAX_QUESTION_CHARACTERS) return false;
	const { intent, confidence } = classifyIntent(text);
	return smallTalk(text, intent, confidence) !== null;
}
