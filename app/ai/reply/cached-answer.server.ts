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

/**
 * Decides which questions may be answered from the answer cache, and which answers may be cached: docs/decisions/015.
 */

/**
 * Longest question that is answered from the answer cache, in characters. A longer question describes the case of one
 * customer.
 */
const MAX_QUESTION_CHARACTERS = 200;
const MIN_QUESTION_WORDS = 2;
/**
 * Intents of questions whose answer does not depend on the customer, so that signed-in customers may get a cached
 * answer too.
 */
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
/**
 * English words with which customers speak about themselves ("my", "I"). In other languages the intent's confidence is
 * mostly too low for the answer cache.
 */
const FIRST_PERSON_PATTERN = /\b(?:my|mine|i|i'?m|i'?ve|me)\b/i;
/**
 * Tools whose results do not depend on the customer and change only with the version in the cache look-up. Answers that
 * used other tools are not cached.
 */
const CACHEABLE_TOOLS = new Set(["search_knowledge"]);

type CacheableQuestion = Pick<
	AnswerRequest,
	"question" | "analysis" | "history" | "summary" | "customerId" | "verifiedEmail" | "customerName" | "locale"
>;

/**
 * Looks a question up in the answer cache.
 * @returns null when the question must not be answered from the cache and its answer must not be cached.
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

/** Converts a cached answer to the answer of a new question. The new answer took no tokens. */
export function toCachedReply(answer: Answer): Answer {
	return { ...answer, isRemembered: true, promptTokens: 0, completionTokens: 0 };
}

/** Counts a use of a cached answer. An error of the counting is only logged, because the answer is still good. */
export async function countCacheHitSafely(cacheLookup: AnswerCacheLookup): Promise<void> {
	await countCacheHit(cacheLookup.key).catch((error: unknown) =>
		log.warn({ err: error }, "a use of a cached answer was not counted"),
	);
}

/**
 * Stores an answer in the answer cache if the answer may be cached. An error is only logged, because the answer is
 * still good.
 */
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

/**
 * Removes differences of spacing, case and final punctuation from a question. All words stay, because each may change
 * the meaning.
 */
function normaliseQuestion(question: string): string {
	return question
		.normalize("NFKC")
		.toLowerCase()
		.replace(/\s+/gu, " ")
		.replace(/(?<![\s.?!…¿¡؟])[\s.?!…¿¡؟]+$/u, "")
		.replace(/^[\s¿¡]+/u, "");
}

/** Whether the answer depends on the question's text alone, and the question does not identify the customer. */
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
 * Whether an answer may be stored in the answer cache and given to other customers. Only answers to anonymous customers
 * are stored, because the prompt of a signed-in customer contains a name that the customer may have chosen. All sources
 * must be articles.
 */
function isCacheableAnswer(asked: CacheableQuestion, answer: Answer): boolean {
	const { answered, sources, isRemembered, model, foreignPart } = answer;
	if (!isIndependentOfCustomer(asked) || isRemembered || !answered) return false;
	if (!isAnswerWithoutCustomerData(answer)) return false;
	// An answer in the wrong language is not stored, because the model's next answer may be in the right one.
	if (model !== null && foreignPart) return false;
	return sources.length > 0 && sources.every(({ url }) => url.startsWith("/help/"));
}

/** Whether a question's prompt contains nothing about the customer and no earlier messages. */
export function isIndependentOfCustomer(asked: CacheableQuestion): boolean {
	return isAnonymous(asked) && asked.history.length === 0;
}

/** Whether an answer changed nothing and used only tools whose results do not depend on the customer. */
export function isAnswerWithoutCustomerData({
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

/** Whether an earlier message, such as a greeting, does not change the answer to the next question. */
function isSmallTalk({ role, text }: CacheableQuestion["history"][number]): boolean {
	if (role === "assistant") return true;
	if (role === "agent" || text.length > MAX_QUESTION_CHARACTERS) return false;
	const { intent, confidence } = classifyIntent(text);
	return smallTalk(text, intent, confidence) !== null;
}
