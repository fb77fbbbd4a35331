/** The part of the chat completions vocabulary that the pipeline speaks, without the SDK and without any server's habits. */

export type ToolCall = { id: string; type: "function"; function: { name: string; arguments: string } };

export type ChatMessage =
	| { role: "system" | "user"; content: string }
	| {
			role: "assistant";
			content: string;
			tool_calls?: ToolCall[];
			/** What the server called its reasoning. Kept for this answer only, for servers that want it back. */
			reasoning?: string;
	  }
	| { role: "tool"; tool_call_id: string; content: string };

/** One finished reply of the model: text, or tools it wants to be run, or both. No thoughts are in it. */
export type Completion = {
	text: string;
	/** Ids are unique within the reply; arguments are as the model wrote them, and may be no JSON. */
	toolCalls: ToolCall[];
	/** The model declined by its provider's rules; its words are in `text`. */
	hasRefused: boolean;
	/** What came in the server's own field for reasoning. Never shown or stored. */
	reasoning: string;
	model: string | null;
	promptTokens: number;
	completionTokens: number;
};

/** A tool as it is offered: `parameters` is a JSON Schema that strict function calling accepts. */
export type OfferedTool = { name: string; description: string; parameters: Record<string, unknown> };

/** One request to the model, before it is adapted to a server. */
export type Ask = {
	messages: ChatMessage[];
	/** The tools the model may know of; empty for a job without any. */
	tools: readonly OfferedTool[];
	/** False on the last round of an answer: the model must write now. */
	mayCallTools: boolean;
	/** Tokens the reply may take. */
	maxTokens: number;
	/** The reply is JSON of this schema, in the subset that strict structured outputs accept. */
	format?: { name: string; schema: Record<string, unknown> };
};

/** Who hears a reply while it arrives. */
export type Listener = {
	onPiece: (piece: string) => void;
	/** What was heard of the reply so far is void. */
	onRestart: () => void;
};

/**
 * Asks the model once and gives each piece of text to `onPiece` as it arrives.
 * @throws AnswerFailed when the provider fails; the abort reason when the caller stopped it.
 */
export type Complete = (options: Pick<Ask, "messages" | "mayCallTools"> & Listener) => Promise<Completion>;
