import { setTimeout as delay } from "node:timers/promises";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { Conflict, DomainError } from "#app/models/errors.ts";
import { forAnalysis } from "#app/models/message/analysed-part.ts";
import { analyseQuestion } from "./analyse-question.server.ts";
import { type Answer, AnswerFailed, type AnswerRequest, type OnText } from "./answer.ts";
import { getQuestionAnalysisQueue } from "./cpu-queues.server.ts";
import { decideEscalation, toEscalationAnswer } from "./escalation/decide-escalation.server.ts";
import { answerQuestion } from "./reply/answer-question.server.ts";
import { lookUpAnswer } from "./reply/cached-answer.server.ts";

export type { OnText } from "./answer.ts";

/** An answer in the JSON shape of the REST API. */
export type ApiAnswer = {
	answer: string;
	answered: boolean;
	intent: string;
	confidence: number;
	language: string;
	sources: Answer["sources"];
	escalate: Answer["escalate"];
};

const ANSWER_TIMEOUT_MS = 90_000;
const POLL_INTERVAL_MS = 200;

/**
 * Answers a question outside any session by the rules of the chat: an escalation when a rule calls for a person, else
 * the assistant's answer.
 * @param options.skipCache true does not read the answer cache, to test how a question is answered.
 * @throws AnswerFailed when the provider fails.
 */
export async function answerOutsideSession(
	asked: Omit<AnswerRequest, "analysis">,
	onText: OnText,
	{ skipCache = false } = {},
): Promise<Answer> {
	const { request, escalation, cacheLookup } = await getQuestionAnalysisQueue().run(
		asked.network ?? "",
		async () => {
			const request = { ...asked, analysis: await analyseQuestion(asked) };
			const [escalation, cacheLookup] = await Promise.all([
				decideEscalation({ ...request, unansweredInARow: 0 }),
				skipCache ? null : lookUpAnswer(request),
			]);
			return { request, escalation, cacheLookup };
		},
		asked.signal,
	);
	if (!escalation)
		return answerQuestion(
			{ ...request, cacheLookup: cacheLookup, turn: null, mustEscalateIfUnanswered: false },
			onText,
		);
	const reply = toEscalationAnswer(escalation, request.analysis);
	onText(reply.text);
	return reply;
}

/**
 * Answers a message that the REST API received outside any session. The function stores nothing and changes nothing.
 * @throws DomainError 502 when the provider failed.
 */
export async function answerApiMessage(
	input: {
		message: string;
		locale?: string;
		customerId: string | null;
		network?: string;
		signal: AbortSignal;
	},
	onText: OnText,
): Promise<ApiAnswer> {
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
		return toApiAnswer(await answerOutsideSession(request, onText));
	} catch (error) {
		if (error instanceof AnswerFailed) throw toProviderError(error.reason);
		throw error;
	}
}

/**
 * Waits for the answer to the latest question of a session, for the REST API. The session's turn produces the answer in
 * the worker's slots, like every answer in a session, so that these requests do not delay other customers. A repeated
 * call returns the same answer.
 * @throws Conflict when the session has no question, or a person has the session; DomainError 504 after 90 s.
 */
export async function answerLatestQuestion(
	sessionId: string,
	onText: OnText,
	signal: AbortSignal,
): Promise<ApiAnswer> {
	const until = Date.now() + ANSWER_TIMEOUT_MS;
	while (Date.now() < until && !signal.aborted) {
		const turn = await getLatestTurn(sessionId);
		if (!turn || turn.state === "superseded") {
			throw new Conflict("There is no question in this conversation for the assistant to answer.");
		}
		if (turn.state === "done" && turn.outcome) {
			onText(turn.outcome.text);
			return toApiAnswer(turn.outcome);
		}
		await delay(POLL_INTERVAL_MS);
	}
	throw new DomainError(
		504,
		"No answer in time",
		"The assistant did not finish in time. It goes on; ask again in a moment.",
	);
}

function toProviderError(reason: string): DomainError {
	return new DomainError(
		502,
		"The assistant could not answer",
		`The language model failed (${reason}). Please try again, or ask for a person.`,
	);
}

function toApiAnswer({ text, answered, intent, confidence, language, sources, escalate }: Answer): ApiAnswer {
	return { answer: text, answered, intent, confidence, language, sources, escalate };
}
