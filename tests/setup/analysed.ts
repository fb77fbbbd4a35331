import { analyseQuestion } from "#app/ai/analyse-question.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "#app/ai/answer.ts";

/** Wraps an answerer so that each question is analysed before the call, as it is in the app. */
export const withQuestionAnalysis =
	(answerer: Answerer) =>
	async (request: Omit<AnswerRequest, "analysis">, onText: OnText): Promise<Answer> =>
		answerer({ ...request, analysis: await analyseQuestion(request) }, onText);
