import type { AnswerSource } from "#db/shapes.ts";

/**
 * The result of a copilot task. `language` is the language of the resulting text; null means the language of the
 * agent's draft.
 */
export type CopilotResult =
	| {
			kind: "suggest";
			/** The suggested reply. Empty when there is no suggestion; `note` then says why. */
			text: string;
			language: string;
			sources: AnswerSource[];
			note: string | null;
			/** Translation of the suggested reply into the agent's language; null when the reply is already in that language. */
			meaning: string | null;
	  }
	| { kind: "summarise"; text: string; language: string }
	| { kind: "rewrite"; text: string; language: null }
	| {
			kind: "translate";
			text: string;
			language: string;
			/** The agent's draft before the translation. */
			original: string;
			/** Id of the message that the agent will send, so that sending the message twice writes it once. */
			clientMessageId: string;
	  };
