import { analyseQuestion } from "#app/ai/analyse-question.server.ts";
import type { Answer, Answerer, AnswerRequest, OnText } from "#app/ai/answer.ts";

/** The answerer with the question analysed before each call, as the pipeline does it. */
export const analysed =
	(answerer: Answerer) =>
	async (request: Omit<AnswerRequest, "analysis">, onText: OnText): Promise<Answer> =>
		answerer({ ...request, analysis: await analyseQuestion(request) }, onText);
