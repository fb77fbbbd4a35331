/** The types of chat completions that the assistant uses, independent of the SDK and of any server. */

export type ToolCall = { id: string; type: "function"; function: { name: string; arguments: string } };

export type ChatMessage =
	| { role: "system" | "user"; content: string }
	| {
			role: "assistant";
			content: string;
			tool_calls?: ToolCall[];
			/** The model's reasoning. Kept during one answer only, for servers that require it. */
			reasoning?: string;
	  }
	| { role: "tool"; tool_call_id: string; content: string };

/** A finished reply of the model: text, tool calls, or both, without reasoning. */
export type Completion = {
	text: string;
	/** Ids are unique within the reply. Arguments are as the model wrote them, and may be invalid JSON. */
	toolCalls: ToolCall[];
	/** The provider's content rules refused an answer; `text` is the refusal. */
	hasRefused: boolean;
	/** Reasoning from the server's own field. Never shown or stored. */
	reasoning: string;
	model: string | null;
	promptTokens: number;
	completionTokens: number;
};

/** A tool as it is offered to the model; `parameters` is a JSON Schema that strict function calling accepts. */
export type OfferedTool = { name: string; description: string; parameters: Record<string, unknown> };

/** A request to a model, before it is adapted to its server. */
export type ModelRequest = {
	messages: ChatMessage[];
	/** The offered tools; empty for a request without any. */
	tools: readonly OfferedTool[];
	/** False in the last request of an answer: the model must write now. */
	mayCallTools: boolean;
	/** Limit for the reply. */
	maxTokens: number;
	/** JSON Schema of the reply, in the subset that strict structured outputs accept. */
	format?: { name: string; schema: Record<string, unknown> };
};

/** Callbacks for a reply while it arrives. */
export type ReplyListener = {
	onPiece: (piece: string) => void;
	/** The text of the reply so far is invalid and will be replaced. */
	onRestart: () => void;
};

/**
 * Requests one reply and passes each piece of text to `onPiece`.
 * @throws AnswerFailed when the provider fails; the abort reason when the caller aborted.
 */
export type RequestCompletion = (
	options: Pick<ModelRequest, "messages" | "mayCallTools"> & ReplyListener,
) => Promise<Completion>;
