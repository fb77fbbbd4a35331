import type { Answer } from "#db/shapes.ts";

/** What every way of answering (with a model, without one) receives and returns. */

export type Utterance = { role: "customer" | "assistant" | "agent"; text: string };

export type AnswerRequest = {
	/** The customer's newest words, several quick messages joined by a line break. */
	question: string;
	/** What was said before the question, oldest first. */
	history: Utterance[];
	/** Who asks, as the server knows it; null while anonymous. Never taken from text. */
	customerId: string | null;
	customerName: string | null;
	/** Language of the page, as BCP 47; the answer prefers the question's own. */
	locale: string;
	/** Stops the work when the turn is superseded or out of time. */
	signal: AbortSignal;
};

export type { Answer } from "#db/shapes.ts";

/**
 * Answers one question. Calls `onText` with each piece as it is written; the pieces joined are `text`.
 * @throws AnswerFailed when the provider cannot answer; the caller hands over to a person.
 */
export type Answerer = (request: AnswerRequest, onText: (piece: string) => void) => Promise<Answer>;

/** The provider failed in a way that waiting will not cure now. `reason` is safe to log and to show an agent. */
export class AnswerFailed extends Error {
	constructor(
		readonly reason: "refused" | "unauthorised" | "rate-limited" | "cut" | "malformed" | "timeout",
		options?: { cause?: unknown },
	) {
		super(`The provider failed: ${reason}.`, options);
		this.name = "AnswerFailed";
	}
}
