import { isObject } from "./json-arguments.ts";
import type { RequestBody } from "./request-body.ts";
import type { RefusablePart } from "./server-behaviour.ts";

/**
 * HTTP statuses with which model servers refuse a request field. llama.cpp and some proxies use 500 or 501, OpenRouter
 * uses 404.
 */
const REFUSAL_STATUSES = new Set([400, 404, 405, 415, 422, 500, 501]);
/** Characters that are read of an error's text. Providers name the refused field near the beginning. */
const MAX_ERROR_CHARACTERS = 4_000;
/** Maximum nesting of an error response's body that is searched. */
const MAX_NESTING_DEPTH = 6;

/** Patterns for the names that servers use for refused parts of a request, the more exact ones first. */
const FIELD_NAME_PATTERNS: readonly [RegExp, RefusablePart][] = [
	[/max_completion_tokens/i, "max_completion_tokens"],
	[/max_tokens/i, "max_tokens"],
	[/stream_options|include_usage/i, "stream_options"],
	[/response_format|response format|json_schema|json schema|structured output|json mode/i, "response_format"],
	[/\bstrict\b/i, "strict"],
	[/additionalProperties/i, "additionalProperties"],
	[/tool_choice|tool[ -]choice/i, "tool_choice"],
	[/\btools?\b|\bfunctions?\b|function[_ -]call/i, "tools"],
	[/system (?:role|message|prompt)|role.{0,20}system/i, "system role"],
	[/reasoning_content/i, "absent reasoning"],
];
/** Matches an error about message content that is missing, empty, null or not a string. */
const CONTENT_ERROR_PATTERN = /\bcontent\b/i;

/**
 * Finds the part of a request that a server refused, by the server's error.
 * @param error the body of the error response, in any form.
 * @param refused the parts that earlier errors named and the request leaves out.
 * @returns null when no removable part was refused.
 */
export function findRefusedPart(
	status: number,
	error: unknown,
	body: RequestBody,
	refused: ReadonlySet<RefusablePart>,
): RefusablePart | null {
	if (!REFUSAL_STATUSES.has(status)) return null;
	const found = (names: string[]) => {
		for (const name of names) {
			for (const [pattern, field] of FIELD_NAME_PATTERNS) {
				const one = pattern.test(name) ? toRemovablePart(field, body, refused) : null;
				if (one) return one;
			}
		}
		return null;
	};
	const texts = findTexts(error);
	const named = found(findFieldPaths(error)) ?? found(texts);
	if (named) return named;
	return texts.some((text) => CONTENT_ERROR_PATTERN.test(text)) ? nextContentVariant(body, refused) : null;
}

/**
 * Returns the named part when the request contains it, or else another part whose removal may help. Null when neither
 * helps.
 */
function toRemovablePart(
	field: RefusablePart,
	body: RequestBody,
	refused: ReadonlySet<RefusablePart>,
): RefusablePart | null {
	const isNew = !refused.has(field);
	switch (field) {
		case "strict":
			return isNew && (body.tools !== undefined || body.response_format !== undefined) ? field : null;
		case "additionalProperties":
			return isNew && body.tools !== undefined ? field : null;
		case "system role":
			return isNew ? field : null;
		case "absent reasoning":
			return isNew && hasCalls(body) ? field : null;
		case "tool_choice":
			// vLLM also names `tool_choice` when the request did not contain it. Then the server cannot call tools at all.
			if (isNew && body.tool_choice !== undefined) return field;
			return body.tools !== undefined && !refused.has("tools") ? "tools" : null;
		default:
			return isNew && body[field] !== undefined ? field : null;
	}
}

/** The next way to write the content of a message with tool calls: absent, then empty, then null. */
function nextContentVariant(body: RequestBody, refused: ReadonlySet<RefusablePart>): RefusablePart | null {
	if (!hasCalls(body)) return null;
	if (!refused.has("absent content")) return "absent content";
	return refused.has("empty content") ? null : "empty content";
}

const hasCalls = ({ messages }: RequestBody): boolean => messages.some((message) => "tool_calls" in message);

/** Finds the field names in a server's error, the innermost first: OpenAI's `param`, and FastAPI's `loc`. */
function findFieldPaths(error: unknown, depth = 0): string[] {
	if (depth > MAX_NESTING_DEPTH) return [];
	if (Array.isArray(error)) return error.flatMap((one) => findFieldPaths(one, depth + 1));
	if (!isObject(error)) return [];
	const { param, loc, ...rest } = error;
	const path = typeof param === "string" ? param.split(/[.[\]]+/) : Array.isArray(loc) ? loc : [];
	return [
		...path.map(String).reverse(),
		...Object.values(rest).flatMap((one) => findFieldPaths(one, depth + 1)),
	];
}

function findTexts(error: unknown, depth = 0): string[] {
	if (typeof error === "string") return [error.slice(0, MAX_ERROR_CHARACTERS)];
	if (depth > MAX_NESTING_DEPTH || typeof error !== "object" || error === null) return [];
	return Object.values(error).flatMap((one) => findTexts(one, depth + 1));
}
