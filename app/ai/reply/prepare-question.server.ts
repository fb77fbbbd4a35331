import type { Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import type { AnswerCacheLookup } from "#app/models/ai-turn/answer-cache.server.ts";
import { readUnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import { getSettings } from "#app/models/setting/store.server.ts";
import { analyseQuestion } from "../analyse-question.server.ts";
import type { AnswerRequest } from "../answer.ts";
import { getQuestionAnalysisQueue } from "../cpu-queues.server.ts";
import { loadPromptMaterial } from "../retrieve.server.ts";
import { hasLanguageModel } from "./answer-question.server.ts";
import { lookUpAnswer } from "./cached-answer.server.ts";

/** Everything about a question that is loaded before the decision how to answer it. */
export type PreparedQuestion = {
	questionSeq: number;
	question: Omit<AnswerRequest, "signal"> & { unansweredInARow: number };
	/** The look-up in the answer cache; null when the question must not be answered from the cache. */
	cacheLookup: AnswerCacheLookup | null;
	escalationSettings: SettingValue<"escalation">;
	answerLimits: SettingValue<"assistant_caps">;
};

/**
 * Loads and analyses the question of a turn, looks into the answer cache, and loads the passages and owner's texts for
 * the prompt. The function writes nothing, so its result can be dropped when the customer writes again.
 */
export async function prepareQuestion(
	sessionId: string,
	{ questionSeq, network }: Pick<Turn, "questionSeq" | "network">,
): Promise<PreparedQuestion> {
	const [unanswered, settings] = await Promise.all([
		readUnansweredQuestion(sessionId, questionSeq),
		getSettings(["escalation", "assistant_caps"]),
	]);
	const { question, cacheLookup } = await getQuestionAnalysisQueue().run(network, async () => {
		const question = { ...unanswered, network, analysis: await analyseQuestion(unanswered) };
		// The version of the articles is read before the articles, so that an answer is not cached under a newer version than
		// its articles have.
		return { question, cacheLookup: await lookUpAnswer(question) };
	});
	const needsMaterial = hasLanguageModel() && !cacheLookup?.answer;
	const material = needsMaterial ? await loadPromptMaterial(question) : null;
	return {
		questionSeq,
		question: { ...question, ...(material ? { material } : {}) },
		cacheLookup,
		escalationSettings: settings.escalation,
		answerLimits: settings.assistant_caps,
	};
}
