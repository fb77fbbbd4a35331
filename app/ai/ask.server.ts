import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { Conflict, DomainError } from "#app/models/errors.ts";
import { forAnalysis } from "#app/models/message/analysed-part.ts";
import { analyseQuestion } from "./analyse-question.server.ts";
import { type Answer, AnswerFailed, type AnswerRequest, type OnText } from "./answer.ts";
import { answerOfCall, decideEscalation } from "./escalation/decide.server.ts";
import { answer } from "./reply/answerer.server.ts";
import { recall } from "./reply/remembering.server.ts";
import { answerSession } from "./reply.server.ts";

export type { OnText } from "./answer.ts";

/** An answer in the shape the API promises. */
export type AskedAnswer = {
	answer: string;
	answered: boolean;
	intent: string;
	confidence: number;
	language: string;
	sources: Answer["sources"];
	escalate: Answer["escalate"];
};

const ASK_LIMIT_MS = 90_000;
const LOOK_AGAIN_MS = 200;

/**
 * Answers a question outside any conversation as the pipeline would: a call for a person where one must have it,
 * else the answer. @param options.isFresh not from memory, for whoever wants to know how it is answered.
 * @throws AnswerFailed when the provider cannot answer.
 */
export async function answerAlone(
	asked: Omit<AnswerRequest, "analysis">,
	onText: OnText,
	{ isFresh = false } = {},
): Promise<Answer> {
	const request = { ...asked, analysis: await analyseQuestion(asked) };
	const [call, recalled] = await Promise.all([
		decideEscalation({ ...request, misses: 0 }),
		isFresh ? null : recall(request),
	]);
	if (!call) return answer({ ...request, recalled, turn: null, isLastTry: false }, onText);
	const reply = answerOfCall(call, request.analysis);
	onText(reply.text);
	return reply;
}

/**
 * Answers a message that belongs to no conversation. Stores nothing and changes nothing.
 * @throws DomainError 502 when the provider failed.
 */
export async function answerOnce(
	input: {
		message: string;
		locale?: string;
		customerId: string | null;
		network?: string;
		signal: AbortSignal;
	},
	onText: OnText,
): Promise<AskedAnswer> {
	const customer = input.customerId ? await getCustomer(input.customerId) : null;
	try {
		const request = {
			...forAnalysis(input.message),
			history: [],
			customerId: input.customerId,
			customerName: customer?.name ?? null,
			locale: input.locale ?? "en",
			network: input.network,
			signal: input.signal,
		};
		return present(await answerAlone(request, onText));
	} catch (error) {
		if (error instanceof AnswerFailed) throw providerProblem(error.reason);
		throw error;
	}
}

/**
 * Answers the last question of a conversation through its turn, so that the conversation gets it too. Asked
 * again, it is the same answer.
 * @throws Conflict when no question is there, or a person has the conversation; DomainError 504 past 90 s.
 */
export async function answerLastQuestion(
	sessionId: string,
	onText: OnText,
	signal: AbortSignal,
): Promise<AskedAnswer> {
	const until = Date.now() + ASK_LIMIT_MS;
	while (Date.now() < until && !signal.aborted) {
		const turn = await getLatestTurn(sessionId);
		if (!turn || turn.state === "superseded") {
			throw new Conflict("There is no question in this conversation for the assistant to answer.");
		}
		if (turn.state === "done" && turn.outcome) {
			onText(turn.outcome.text);
			return present(turn.outcome);
		}
		await answerSession(sessionId);
		await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
	}
	throw new DomainError(
		504,
		"No answer in time",
		"The assistant did not finish in time. It goes on; ask again in a moment.",
	);
}

function providerProblem(reason: string): DomainError {
	return new DomainError(
		502,
		"The assistant could not answer",
		`The language model failed (${reason}). Please try again, or ask for a person.`,
	);
}

function present({ text, answered, intent, confidence, language, sources, escalate }: Answer): AskedAnswer {
	return { answer: text, answered, intent, confidence, language, sources, escalate };
}
