/** The part of the chat completions vocabulary that we speak, without the SDK. */

export type ToolCall = { id: string; type: "function"; function: { name: string; arguments: string } };

export type ChatMessage =
	| { role: "system" | "user"; content: string }
	| { role: "assistant"; content: string | null; tool_calls?: ToolCall[] }
	| { role: "tool"; tool_call_id: string; content: string };

/** One finished reply of the model: text, or tools it wants to be run, or both. */
export type Completion = {
	text: string;
	toolCalls: ToolCall[];
	/** The model declined by its provider's rules; its words are in `text`. */
	hasRefused: boolean;
	model: string | null;
	promptTokens: number;
	completionTokens: number;
};

/**
 * Asks the model once and gives each piece of text to `onPiece` as it arrives.
 * @throws AnswerFailed when the provider fails; the abort reason when the caller stopped it.
 */
export type Complete = (options: {
	messages: ChatMessage[];
	/** False on the last round: the model must write now. */
	mayCallTools: boolean;
	onPiece: (piece: string) => void;
	/** The reply broke off and is asked for again: what came of it so far is void. */
	onRestart: () => void;
}) => Promise<Completion>;
