import type { AnswerSource } from "#db/shapes.ts";

/** The result of a copilot task. `language` is the language of the text; null means that of the draft. */
export type CopilotResult =
	| {
			kind: "suggest";
			/** Empty when there is no suggestion; `note` says why. */
			text: string;
			language: string;
			sources: AnswerSource[];
			note: string | null;
			/** Translation into the agent's language; null when the text is in that language. */
			meaning: string | null;
	  }
	| { kind: "summarise"; text: string; language: string }
	| { kind: "rewrite"; text: string; language: null }
	| {
			kind: "translate";
			text: string;
			language: string;
			/** The draft before the translation. */
			original: string;
			/** Id of the message, so that sending it twice writes it once. */
			clientMessageId: string;
	  };
