import { isObject } from "./arguments.ts";

/** What a server sent in place of a plain text, taken apart. */
export type Content = { text: string; refusal: string; calls: unknown[]; hasThought: boolean };

/** Parts inside parts; deeper ones are not read. */
const DEEPEST = 4;

const TEXT_TYPES = new Set(["", "text", "output_text", "input_text"]);
const CALL_TYPES = new Set(["tool_use", "tool_call", "function_call", "function"]);
const THOUGHT = /think|thought|reason|summary|encrypted/;

/**
 * Reads a message's content: a text, a part, or a list of them. Only parts that are known to be text are shown;
 * thoughts, references, images and kinds that do not exist yet are not.
 */
export function readContent(content: unknown, depth = 0): Content {
	const none = { text: "", refusal: "", calls: [], hasThought: false };
	if (typeof content === "string") return { ...none, text: content };
	if (depth > DEEPEST) return none;
	if (Array.isArray(content)) {
		return content.map((part) => readContent(part, depth + 1)).reduce(join, none);
	}
	if (!isObject(content)) return none;
	const type = typeof content.type === "string" ? content.type.toLowerCase() : "";
	if (content.thought === true || THOUGHT.test(type)) return { ...none, hasThought: true };
	if (type === "refusal") return { ...none, refusal: textOf(content.refusal ?? content.text) };
	if (CALL_TYPES.has(type)) return { ...none, calls: [content] };
	if (!TEXT_TYPES.has(type)) return none;
	const inner = content.text ?? content.content ?? content.value;
	return isObject(inner) || Array.isArray(inner)
		? readContent(inner, depth + 1)
		: { ...none, text: textOf(inner) };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function join(a: Content, b: Content): Content {
	return {
		text: a.text + b.text,
		refusal: a.refusal + b.refusal,
		calls: [...a.calls, ...b.calls],
		hasThought: a.hasThought || b.hasThought,
	};
}
