import type { ModelUsage } from "#app/models/ai-turn/usage.server.ts";
import type { UnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { Answer } from "#db/shapes.ts";
import type { QuestionAnalysis } from "./analyse-question.server.ts";
import type { OwnerParts } from "./prompt/owner-parts.server.ts";

/**
 * The types that all ways of answering share: answers by a language model, and answers from articles and orders alone.
 */

export type { Utterance } from "#app/models/message/unanswered.server.ts";

/**
 * A question with its analysis, its customer, and the signal that cancels the answer. Only the server sets the
 * customer, never a message text.
 */
export type AnswerRequest = UnansweredQuestion & {
	analysis: QuestionAnalysis;
	/** Signal that aborts the answer when the turn is superseded or takes too long. */
	signal: AbortSignal;
	/** The turn and session for which the model usage is recorded; absent for a question outside any session. */
	usage?: { turnId: string | null; sessionId: string | null; purpose?: ModelUsage["purpose"] };
	/** The owner's prompt texts and the passages, when the caller has loaded them already. */
	material?: PromptMaterial;
	/** Key of the network (IP range) that the question came from. The queues of this process serve networks in turn. */
	network?: string;
};

/**
 * What a prompt contains besides the question: the owner's prompt texts, and the passages that match the question best.
 */
export type PromptMaterial = { parts: OwnerParts; passages: FoundPassage[] };

export type { Answer } from "#db/shapes.ts";

/**
 * Receives the text of an answer while the answer is written.
 * @param at position of the piece in UTF-16 units, when the piece does not follow the earlier text. The text from this
 * position on is replaced, because the model's reply broke off or was in the wrong language.
 */
export type OnText = (piece: string, at?: number) => void;

/**
 * Answers one question. Calls `onText` with each piece of the answer. The pieces, placed at their positions, make up
 * `text`.
 * @throws AnswerFailed when the provider fails; the caller then calls a person.
 */
export type Answerer = (request: AnswerRequest, onText: OnText) => Promise<Answer>;

/** Error: the provider failed, and no retry is left. `reason` may be logged and shown to an agent. */
export class AnswerFailed extends Error {
	constructor(
		readonly reason: "refused" | "unauthorised" | "rate-limited" | "cut" | "malformed" | "timeout",
		options?: { cause?: unknown },
	) {
		super(`The provider failed: ${reason}.`, options);
		this.name = "AnswerFailed";
	}
}
