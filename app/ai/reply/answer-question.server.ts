import { env } from "#app/env.server.ts";
import type { Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import type { AnswerCacheLookup } from "#app/models/ai-turn/answer-cache.server.ts";
import {
	type CostAllowance,
	reserveCostWithoutTurn,
	reserveTurnCost,
} from "#app/models/ai-turn/usage.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "../answer.ts";
import { personCalledText } from "../escalation/person-called-texts.ts";
import { answerWhileClassifying, needsModelClassification } from "../model-classification.server.ts";
import { answerOffline } from "../offline/answer.server.ts";
import { answerWithModel } from "../openai.server.ts";
import {
	cacheAnswer,
	countCacheHitSafely,
	isAnswerWithoutCustomerData,
	isIndependentOfCustomer,
	toCachedReply,
} from "./cached-answer.server.ts";
import { answerInSingleFlight } from "./single-flight.server.ts";

/** Whether a language model is configured. Without a model, answers come from the articles and orders alone. */
export const hasLanguageModel = (): boolean => env().OPENAI_API_KEY !== undefined;

type AnswerRequestWithCacheLookup = AnswerRequest & {
	/** The turn that is answered; null for a question outside any session. */
	turn: Turn | null;
	/**
	 * True when the assistant failed to answer too many earlier questions. If it cannot answer this question either, a
	 * person is called.
	 */
	mustEscalateIfUnanswered: boolean;
	/** The look-up in the answer cache; null when the question must not be answered from the cache. */
	cacheLookup: AnswerCacheLookup | null;
};

/**
 * Answers a question from the answer cache, else with the model. Without a model or past a cost limit, the answer comes
 * from the articles and orders alone. Past a cost limit, a question that the articles and orders do not answer goes to
 * a person. A question outside any session does not change the answer cache.
 * @throws AnswerFailed when the provider fails.
 */
export async function answerQuestion(asked: AnswerRequestWithCacheLookup, onText: OnText): Promise<Answer> {
	const { turn, cacheLookup } = asked;
	if (cacheLookup?.answer) {
		onText(cacheLookup.answer.text);
		if (turn) await countCacheHitSafely(cacheLookup);
		return toCachedReply(cacheLookup.answer);
	}
	const reply = await answerWithoutCache(asked, onText);
	// Past a cost limit, the answer does not come from the model. Such an answer is not cached, because it would later
	// replace the model's answer.
	const isFromUsualSource = !hasLanguageModel() || reply.model !== null;
	if (turn && cacheLookup && isFromUsualSource) await cacheAnswer(cacheLookup, asked, reply);
	return reply;
}

async function answerWithoutCache(
	{ turn, mustEscalateIfUnanswered, cacheLookup, ...question }: AnswerRequestWithCacheLookup,
	onText: OnText,
): Promise<Answer> {
	const request = { ...question, usage: { turnId: turn?.id ?? null, sessionId: turn?.sessionId ?? null } };
	if (!hasLanguageModel()) {
		// When an escalation may replace the answer, the text is shown only at its end.
		const reply = await answerOffline(request, mustEscalateIfUnanswered ? () => {} : onText);
		if (!mustEscalateIfUnanswered) return reply;
		const finalReply = isUnanswered(reply) ? toPersonCalledReply(reply, "assistant-unsure") : reply;
		onText(finalReply.text);
		return finalReply;
	}
	const { allowance, release } = await reserveCost(turn);
	if (allowance !== "allowed") {
		const found = await answerOffline(request, () => {});
		const reply = isUnanswered(found) ? toPersonCalledReply(found, "assistant-limit") : found;
		onText(reply.text);
		return reply;
	}
	const write: Answerer = (asked, onText) =>
		needsModelClassification(asked)
			? answerWhileClassifying(asked, onText, answerWithModel)
			: answerWithModel(asked, onText);
	const writing =
		cacheLookup && isIndependentOfCustomer(request)
			? answerWithSharedCall(cacheLookup, request, write, onText)
			: write(request, onText);
	const reply = await writing.finally(release);
	if (!mustEscalateIfUnanswered || !isUnanswered(reply)) return reply;
	const { text, escalate } = toPersonCalledReply(reply, "assistant-unsure");
	onText(`\n\n${text}`);
	return { ...reply, text: `${reply.text}\n\n${text}`, escalate };
}

/** Answers a question with one model call for all customers who ask it at the same time. */
async function answerWithSharedCall(
	{ key, version }: AnswerCacheLookup,
	request: AnswerRequest,
	write: Answerer,
	onText: OnText,
): Promise<Answer> {
	const options = { key: `${key} ${version}`, request, write, isShareable: isAnswerWithoutCustomerData };
	const { answer, isJoined } = await answerInSingleFlight(options, onText);
	return isJoined ? toCachedReply(answer) : answer;
}

const isUnanswered = (reply: Answer): boolean => !reply.answered && !reply.escalate.needed;

function toPersonCalledReply(reply: Answer, reason: "assistant-unsure" | "assistant-limit"): Answer {
	const text = personCalledText(reason, reply.language);
	const { foreignPart: _removed, ...rest } = reply;
	return { ...rest, text, sources: [], escalate: { needed: true, reason } };
}

/**
 * Reserves the estimated cost of an answer.
 * @returns `release` ends the reservation of a question without a turn; it does nothing for a question with a turn.
 */
async function reserveCost(turn: Turn | null): Promise<{ allowance: CostAllowance; release: () => void }> {
	const { OPENAI_MODEL } = env();
	if (!turn) return reserveCostWithoutTurn(OPENAI_MODEL);
	return { allowance: await reserveTurnCost(turn, OPENAI_MODEL), release: () => {} };
}
