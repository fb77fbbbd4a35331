import type { AnswerSource } from "#db/shapes.ts";

/** What the copilot made for an agent. `language` is of the text; null for that of the draft. */
export type CopilotResult =
	| {
			kind: "suggest";
			/** Empty when there is nothing to suggest; the note says why. */
			text: string;
			language: string;
			sources: AnswerSource[];
			note: string | null;
			/** The same in the agent's language, where that is another. */
			meaning: string | null;
	  }
	| { kind: "summarise"; text: string; language: string }
	| { kind: "rewrite"; text: string; language: null }
	| {
			kind: "translate";
			text: string;
			language: string;
			/** The draft it was made of. */
			original: string;
			/** Names the message, so that sending it twice writes it once. */
			clientMessageId: string;
	  };
