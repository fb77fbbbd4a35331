import { env } from "#app/env.server.ts";
import type { Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import type { Recalled } from "#app/models/ai-turn/answer-cache.server.ts";
import { type Allowance, holdAnswer, reserveAnswer } from "#app/models/ai-turn/usage.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "../answer.ts";
import { callingWords } from "../escalation/words.ts";
import { answerOffline } from "../offline/answer.server.ts";
import { answerWithModel } from "../openai.server.ts";
import { answerWhileReading, deservesReading } from "../second-reading.server.ts";
import { asReply, countReply, isForOthers, isNobodysOwn, remember } from "./remembering.server.ts";
import { shareAnswer } from "./sharing.server.ts";

/** Whether a model writes the answers; without one they come from the articles and the orders alone. */
export const hasModel = (): boolean => env().OPENAI_API_KEY !== undefined;

type Asked = AnswerRequest & {
	/** The turn that is answered; null for a question outside any conversation. */
	turn: Turn | null;
	/** The assistant has failed before: if it does not know this either, a person is called. */
	isLastTry: boolean;
	/** What is remembered of the question; null when it is not one for the memory. */
	recalled: Recalled | null;
};

/**
 * Answers in the way this installation has, and its limits allow: from memory when the same was asked before; by a
 * model; without one, or past a limit of cost, out of the articles and orders alone. Past a limit only what those
 * know for certain is answered. A question outside any conversation writes nothing into the memory.
 * @throws AnswerFailed when the provider cannot answer.
 */
export async function answer(asked: Asked, onText: OnText): Promise<Answer> {
	const { turn, recalled } = asked;
	if (recalled?.answer) {
		onText(recalled.answer.text);
		if (turn) await countReply(recalled);
		return asReply(recalled.answer);
	}
	const reply = await answerAnew(asked, onText);
	// Past a limit the articles have answered in the model's place: not to be taken for its answer later.
	const isWhole = !hasModel() || reply.model !== null;
	if (turn && recalled && isWhole) await remember(recalled, asked, reply);
	return reply;
}

async function answerAnew(
	{ turn, isLastTry, recalled, ...question }: Asked,
	onText: OnText,
): Promise<Answer> {
	const request = { ...question, usage: { turnId: turn?.id ?? null, sessionId: turn?.sessionId ?? null } };
	if (!hasModel()) {
		// Its words are held back where they may still be taken back.
		const reply = await answerOffline(request, isLastTry ? () => {} : onText);
		if (!isLastTry) return reply;
		const last = isMiss(reply) ? calling(reply, "assistant-unsure") : reply;
		onText(last.text);
		return last;
	}
	const { allowance, release } = await allowanceFor(turn);
	if (allowance !== "allowed") {
		const found = await answerOffline(request, () => {});
		const reply = isMiss(found) ? calling(found, "assistant-limit") : found;
		onText(reply.text);
		return reply;
	}
	const write: Answerer = (asked, tell) =>
		deservesReading(asked) ? answerWhileReading(asked, tell, answerWithModel) : answerWithModel(asked, tell);
	const writing =
		recalled && isNobodysOwn(request)
			? writeTogether(recalled, request, write, onText)
			: write(request, onText);
	const reply = await writing.finally(release);
	if (!isLastTry || !isMiss(reply)) return reply;
	const { text, escalate } = calling(reply, "assistant-unsure");
	onText(`\n\n${text}`);
	return { ...reply, text: `${reply.text}\n\n${text}`, escalate };
}

/** One model call for all who ask the same at once; it is theirs as an answer from memory would be. */
async function writeTogether(
	{ key, version }: Recalled,
	request: AnswerRequest,
	write: Answerer,
	onText: OnText,
): Promise<Answer> {
	const shared = { key: `${key} ${version}`, request, write, isForOthers };
	const { answer, isJoined } = await shareAnswer(shared, onText);
	return isJoined ? asReply(answer) : answer;
}

const isMiss = (reply: Answer): boolean => !reply.answered && !reply.escalate.needed;

function calling(reply: Answer, reason: "assistant-unsure" | "assistant-limit"): Answer {
	const text = callingWords(reason, reply.language);
	const { foreignPart: _taken, ...rest } = reply;
	return { ...rest, text, sources: [], escalate: { needed: true, reason } };
}

/** @returns `release` gives back what no turn holds. */
async function allowanceFor(turn: Turn | null): Promise<{ allowance: Allowance; release: () => void }> {
	const { OPENAI_MODEL } = env();
	if (!turn) return holdAnswer(OPENAI_MODEL);
	return { allowance: await reserveAnswer(turn, OPENAI_MODEL), release: () => {} };
}
