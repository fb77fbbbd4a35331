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

/** Everything that is loaded about a question before it is decided how to answer it. */
export type PreparedQuestion = {
	questionSeq: number;
	question: Omit<AnswerRequest, "signal"> & { unansweredInARow: number };
	/** Null when the question must not be answered from the cache. */
	cacheLookup: AnswerCacheLookup | null;
	escalationSettings: SettingValue<"escalation">;
	answerLimits: SettingValue<"assistant_caps">;
};

/**
 * Loads and analyses the question of a turn, looks into the answer cache, and loads the prompt's material. It writes
 * nothing, so the result can be dropped when the customer writes again.
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
		// Before the articles are read: an answer must not be cached under a newer version than its articles have.
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
