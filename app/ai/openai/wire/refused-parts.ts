import { isObject } from "./json-arguments.ts";
import type { RequestBody } from "./request-body.ts";
import type { RefusablePart } from "./server-behaviour.ts";

/** Statuses with which servers refuse a field. llama.cpp and some proxies use 500 or 501, OpenRouter 404. */
const REFUSAL_STATUSES = new Set([400, 404, 405, 415, 422, 500, 501]);
/** Characters that are read of an error's text; providers name the field early. */
const MAX_ERROR_CHARACTERS = 4_000;
/** Nesting of an error body that is read. */
const MAX_NESTING_DEPTH = 6;

/** Names that servers use for refused parts, the more exact ones first. */
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
/** An error about content that is missing, empty, null or not a string. */
const CONTENT_ERROR_PATTERN = /\bcontent\b/i;

/**
 * Finds the part of a request that a server refused, by its error.
 * @param error the body of the error response, in any form.
 * @param refused the parts that are already left out.
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
 * The part itself when the request contains it; else another part that has to be removed for it; null when neither
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
			// vLLM also names it when it was not sent; then the server cannot call tools at all.
			if (isNew && body.tool_choice !== undefined) return field;
			return body.tools !== undefined && !refused.has("tools") ? "tools" : null;
		default:
			return isNew && body[field] !== undefined ? field : null;
	}
}

/** The next way to write the content next to calls: absent, then empty, then null. */
function nextContentVariant(body: RequestBody, refused: ReadonlySet<RefusablePart>): RefusablePart | null {
	if (!hasCalls(body)) return null;
	if (!refused.has("absent content")) return "absent content";
	return refused.has("empty content") ? null : "empty content";
}

const hasCalls = ({ messages }: RequestBody): boolean => messages.some((message) => "tool_calls" in message);

/** The field names in an error, the innermost first: OpenAI's `param`, and FastAPI's `loc`. */
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
