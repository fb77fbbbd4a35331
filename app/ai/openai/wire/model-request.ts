/**
 * The types of chat completion requests and replies that the assistant uses, independent of OpenAI's SDK and of any
 * server.
 */

export type ToolCall = { id: string; type: "function"; function: { name: string; arguments: string } };

export type ChatMessage =
	| { role: "system" | "user"; content: string }
	| {
			role: "assistant";
			content: string;
			tool_calls?: ToolCall[];
			/**
			 * The model's reasoning. It is kept only while one answer is written, for servers that require it in the next
			 * request.
			 */
			reasoning?: string;
	  }
	| { role: "tool"; tool_call_id: string; content: string };

/** A finished reply of the model, with text, tool calls, or both. The text contains no reasoning. */
export type Completion = {
	text: string;
	/** The tool calls. Ids are unique within the reply. Arguments are as the model wrote them, and may be invalid JSON. */
	toolCalls: ToolCall[];
	/** True when the provider's content rules refused an answer; `text` is then the refusal. */
	hasRefused: boolean;
	/** Reasoning that the server sent in its own field. It is never shown or stored. */
	reasoning: string;
	model: string | null;
	promptTokens: number;
	completionTokens: number;
};

/** A tool as it is offered to the model; `parameters` is a JSON Schema that strict function calling accepts. */
export type OfferedTool = { name: string; description: string; parameters: Record<string, unknown> };

/** A request to a model, before it is adapted to the model's server. */
export type ModelRequest = {
	messages: ChatMessage[];
	/** The tools that the model may call; empty for a request without tools. */
	tools: readonly OfferedTool[];
	/** False in the last request of an answer, in which the model must write text and not call tools. */
	mayCallTools: boolean;
	/** Limit for the model's reply, in tokens. */
	maxTokens: number;
	/** JSON Schema of the reply, in the subset that strict structured outputs accept. */
	format?: { name: string; schema: Record<string, unknown> };
};

/** Callbacks for a model's reply while it arrives. */
export type ReplyListener = {
	onPiece: (piece: string) => void;
	/** The text of the reply so far is invalid and will be replaced. */
	onRestart: () => void;
};

/**
 * Requests one reply of the model and passes each piece of its text to `onPiece`.
 * @throws AnswerFailed when the provider fails; the abort reason when the caller aborted.
 */
export type RequestCompletion = (
	options: Pick<ModelRequest, "messages" | "mayCallTools"> & ReplyListener,
) => Promise<Completion>;
