import { isObject } from "./json-arguments.ts";

/** The content of a message, split into text, refusal, calls and reasoning. */
export type MessageContent = { text: string; refusal: string; calls: unknown[]; hasReasoning: boolean };

/** Maximum nesting of message parts that is parsed. */
const MAX_NESTING_DEPTH = 4;

const TEXT_PART_TYPES = new Set(["", "text", "output_text", "input_text"]);
const CALL_PART_TYPES = new Set(["tool_use", "tool_call", "function_call", "function"]);
const REASONING_PART_PATTERN = /think|thought|reason|summary|encrypted/;

/**
 * Parses the content of a model's message: a text, a part, or a list of parts. Only parts of known text types are shown
 * to the customer. Parts with reasoning, references or images and parts of unknown types are not shown.
 */
export function parseContent(content: unknown, depth = 0): MessageContent {
	const none = { text: "", refusal: "", calls: [], hasReasoning: false };
	if (typeof content === "string") return { ...none, text: content };
	if (depth > MAX_NESTING_DEPTH) return none;
	if (Array.isArray(content)) {
		return content.map((part) => parseContent(part, depth + 1)).reduce(joinContents, none);
	}
	if (!isObject(content)) return none;
	const type = typeof content.type === "string" ? content.type.toLowerCase() : "";
	if (content.thought === true || REASONING_PART_PATTERN.test(type)) return { ...none, hasReasoning: true };
	if (type === "refusal") return { ...none, refusal: textOrEmpty(content.refusal ?? content.text) };
	if (CALL_PART_TYPES.has(type)) return { ...none, calls: [content] };
	if (!TEXT_PART_TYPES.has(type)) return none;
	const inner = content.text ?? content.content ?? content.value;
	return isObject(inner) || Array.isArray(inner)
		? parseContent(inner, depth + 1)
		: { ...none, text: textOrEmpty(inner) };
}

const textOrEmpty = (value: unknown): string => (typeof value === "string" ? value : "");

function joinContents(a: MessageContent, b: MessageContent): MessageContent {
	return {
		text: a.text + b.text,
		refusal: a.refusal + b.refusal,
		calls: [...a.calls, ...b.calls],
		hasReasoning: a.hasReasoning || b.hasReasoning,
	};
}
