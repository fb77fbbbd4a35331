import type { Usage } from "#app/models/ai-turn/usage.server.ts";
import type { Unanswered } from "#app/models/message/unanswered.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { Answer } from "#db/shapes.ts";
import type { QuestionAnalysis } from "./analyse-question.server.ts";
import type { OwnerParts } from "./prompt/owner-parts.server.ts";

/** What every way of answering (with a model, without one) receives and returns. */

export type { Utterance } from "#app/models/message/unanswered.server.ts";

/** A question with its analysis, its customer as the server knows them, and the signal that cancels the answer. */
export type AnswerRequest = Unanswered & {
	analysis: QuestionAnalysis;
	/** Stops the work when the turn is superseded or out of time. */
	signal: AbortSignal;
	/** For whom a model's calls are counted; absent for a question outside any conversation. */
	usage?: { turnId: string | null; sessionId: string | null; purpose?: Usage["purpose"] };
	/** What the prompt contains besides the question, when it was loaded in advance. */
	material?: PromptMaterial;
	/** Whose share of this process the work uses: a key of the network the question came from. */
	network?: string;
};

/** What a prompt contains besides the question: the owner's parts, and the best passages. */
export type PromptMaterial = { parts: OwnerParts; passages: FoundPassage[] };

export type { Answer } from "#db/shapes.ts";

/**
 * Takes the words of an answer as they are written.
 * @param at where the piece belongs, in UTF-16 units, when it does not follow what came before it: what was written
 * from there on is taken back, since a reply broke off or was in another language than the customer's.
 */
export type OnText = (piece: string, at?: number) => void;

/**
 * Answers one question. Calls `onText` with each piece as it is written; the pieces, put where they belong, are `text`.
 * @throws AnswerFailed when the provider cannot answer; the caller hands over to a person.
 */
export type Answerer = (request: AnswerRequest, onText: OnText) => Promise<Answer>;

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
