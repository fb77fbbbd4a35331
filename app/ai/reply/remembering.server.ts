import { createHash } from "node:crypto";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import {
	countRecall,
	keepAnswer,
	type Recalled,
	recallAnswer,
} from "#app/models/ai-turn/answer-cache.server.ts";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import type { Answer, AnswerRequest } from "../answer.ts";
import { classifyIntent } from "../intent/classify.server.ts";
import { smallTalk } from "../offline/small-talk.ts";
import { DEFAULT_PARTS } from "../prompt/defaults.ts";
import { PART_SETTINGS } from "../prompt/owner-parts.server.ts";
import { rulesText } from "../prompt.server.ts";

/** Which questions may be answered from memory, and which answers may be kept: docs/decisions/015. */

/** A longer question is somebody's own story. */
const LONGEST_QUESTION = 200;
const FEWEST_WORDS = 2;
/** What a signed-in customer may get from memory too: questions whose answer is the same whoever asks. */
const GENERAL_INTENTS = new Set([
	"check_cancellation_fee",
	"check_payment_methods",
	"check_refund_policy",
	"delivery_options",
	"newsletter_subscription",
	"product_info",
	"promotion",
	"warranty",
]);
const SURE = 0.6;
/** Words that make a question one's own; other languages' are not known here and are covered by `SURE`. */
const OWN = /\b(?:my|mine|i|i'?m|i'?ve|me)\b/i;
/** Tools whose results are the same for everybody, and whose changes the version knows of. */
const GENERAL_TOOLS = new Set(["search_knowledge"]);

type Question = Pick<
	AnswerRequest,
	"question" | "analysis" | "history" | "summary" | "customerId" | "verifiedEmail" | "customerName" | "locale"
>;

/**
 * Looks a question up in memory.
 * @returns null when the question is not one for the memory: neither looked up nor kept.
 */
export async function recall(asked: Question): Promise<Recalled | null> {
	if (!isForMemory(asked)) return null;
	const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL } = env();
	const answerer =
		OPENAI_API_KEY === undefined ? null : [OPENAI_BASE_URL, OPENAI_MODEL, rulesText(), DEFAULT_PARTS];
	const told = [normalise(asked.question), asked.locale, asked.analysis.language, answerer];
	const key = createHash("sha256").update(JSON.stringify(told)).digest("base64url");
	return recallAnswer(key, PART_SETTINGS);
}

/** A remembered answer as one to this question. */
export function asReply(answer: Answer): Answer {
	return { ...answer, isRemembered: true, promptTokens: 0, completionTokens: 0 };
}

/** Counts that it was given again; not worth an answer when it cannot be counted. */
export async function countReply(recalled: Recalled): Promise<void> {
	await countRecall(recalled.key).catch((error: unknown) =>
		log.warn({ err: error }, "a recall was not counted"),
	);
}

/** Keeps an answer for whoever asks the same, when it may be; one that cannot be kept is still an answer. */
export async function remember(recalled: Recalled, asked: Question, answer: Answer): Promise<void> {
	if (!mayKeep(asked, answer)) return;
	const { text, answered, intent, confidence, language, sources, escalate, model } = answer;
	const kept = { text, answered, intent, confidence, language, sources, escalate, model };
	try {
		await keepAnswer(recalled, { question: normalise(asked.question), locale: asked.locale, answer: kept });
	} catch (error) {
		log.warn({ err: error }, "an answer was not kept");
	}
}

/** The same question however it is spaced, cased and ended. No word is dropped: each may change what is asked. */
function normalise(question: string): string {
	return question
		.normalize("NFKC")
		.toLowerCase()
		.replace(/\s+/gu, " ")
		.replace(/(?<![\s.?!…¿¡؟])[\s.?!…¿¡؟]+$/u, "")
		.replace(/^[\s¿¡]+/u, "");
}

/** Whether nothing but the question itself decides its answer, and nothing in it says who asks. */
function isForMemory(asked: Question): boolean {
	const { intent, confidence } = asked.analysis;
	const question = asked.question.trim();
	if (question.length > LONGEST_QUESTION || question.split(/\s+/).length < FEWEST_WORDS) return false;
	if (/\d{4}/.test(question) || withoutPersonalData(question, asked.customerName) !== question) return false;
	if (asked.summary || !asked.history.every(isSmall)) return false;
	if (isAnonymous(asked)) return true;
	return GENERAL_INTENTS.has(intent) && confidence >= SURE && !OWN.test(question);
}

/**
 * Whether an answer may be given to others. Only those to nobody in particular are kept: a customer's name, which
 * may be of their own making, stands in the prompt of the signed-in. And it must have come from the articles alone.
 */
function mayKeep(asked: Question, answer: Answer): boolean {
	const { answered, sources, isRemembered, model, foreignPart } = answer;
	if (!isNobodysOwn(asked) || isRemembered || !answered || !isForOthers(answer)) return false;
	// A model that missed the language once may well hit it for the next one.
	if (model !== null && foreignPart) return false;
	return sources.length > 0 && sources.every(({ url }) => url.startsWith("/help/"));
}

/** Whether nothing of who asks, or of what was said before, goes into the answer. */
export function isNobodysOwn(asked: Question): boolean {
	return isAnonymous(asked) && asked.history.length === 0;
}

/** Whether an answer to a question like that did nothing but answer, out of what is the same for everybody. */
export function isForOthers({ escalate, did, proposals, needsIdentity, tools = [] }: Answer): boolean {
	if (escalate.needed || did || proposals || needsIdentity) return false;
	return tools.every((tool) => GENERAL_TOOLS.has(tool));
}

const isAnonymous = ({ customerId, verifiedEmail }: Question) => customerId === null && !verifiedEmail;

/** A greeting before the question changes nothing in its answer. */
function isSmall({ role, text }: Question["history"][number]): boolean {
	if (role === "assistant") return true;
	if (role === "agent" || text.length > LONGEST_QUESTION) return false;
	const { intent, confidence } = classifyIntent(text);
	return smallTalk(text, intent, confidence) !== null;
}
