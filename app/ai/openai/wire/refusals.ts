import { isObject } from "./arguments.ts";
import type { RequestBody } from "./request.ts";
import type { Refusable } from "./servers.ts";

/** Statuses a server refuses a request's form with. llama.cpp and some proxies answer 500 or 501, OpenRouter 404. */
const STATUSES = new Set([400, 404, 405, 415, 422, 500, 501]);
/** Of an error's text, in UTF-16 units: providers name the field at once. */
const LONGEST_READ = 4_000;
/** Strings within strings; deeper ones are not read. */
const DEEPEST = 6;

/** How servers name what they refuse, the more exact names first. */
const NAMES: readonly [RegExp, Refusable][] = [
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
/** A message about the content that must be there, be a string, or not be empty or null. */
const ABOUT_CONTENT = /\bcontent\b/i;

/**
 * What of a request a server has refused, by its error: the named field if the request has it.
 * @param error the body of the error response, in OpenAI's form or any other.
 * @returns null when nothing that can be left out was refused.
 */
export function refusedIn(
	status: number,
	error: unknown,
	body: RequestBody,
	refused: ReadonlySet<Refusable>,
): Refusable | null {
	if (!STATUSES.has(status)) return null;
	const found = (names: string[]) => {
		for (const name of names) {
			for (const [pattern, field] of NAMES) {
				const one = pattern.test(name) ? applicable(field, body, refused) : null;
				if (one) return one;
			}
		}
		return null;
	};
	const texts = textsOf(error);
	const named = found(pathsOf(error)) ?? found(texts);
	if (named) return named;
	return texts.some((text) => ABOUT_CONTENT.test(text)) ? nextContent(body, refused) : null;
}

/** The field itself where the request has it and it has not been tried, else what has to go with it. */
function applicable(field: Refusable, body: RequestBody, refused: ReadonlySet<Refusable>): Refusable | null {
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
			// vLLM names it also when it was not sent: then it cannot choose at all.
			if (isNew && body.tool_choice !== undefined) return field;
			return body.tools !== undefined && !refused.has("tools") ? "tools" : null;
		default:
			return isNew && body[field] !== undefined ? field : null;
	}
}

/** Beside calls, a content that is left out, then empty, then null. */
function nextContent(body: RequestBody, refused: ReadonlySet<Refusable>): Refusable | null {
	if (!hasCalls(body)) return null;
	if (!refused.has("absent content")) return "absent content";
	return refused.has("empty content") ? null : "empty content";
}

const hasCalls = ({ messages }: RequestBody): boolean => messages.some((message) => "tool_calls" in message);

/** Paths of fields, the innermost name first: OpenAI's `param`, and `loc` of servers built on FastAPI. */
function pathsOf(error: unknown, depth = 0): string[] {
	if (depth > DEEPEST) return [];
	if (Array.isArray(error)) return error.flatMap((one) => pathsOf(one, depth + 1));
	if (!isObject(error)) return [];
	const { param, loc, ...rest } = error;
	const path = typeof param === "string" ? param.split(/[.[\]]+/) : Array.isArray(loc) ? loc : [];
	return [...path.map(String).reverse(), ...Object.values(rest).flatMap((one) => pathsOf(one, depth + 1))];
}

function textsOf(error: unknown, depth = 0): string[] {
	if (typeof error === "string") return [error.slice(0, LONGEST_READ)];
	if (depth > DEEPEST || typeof error !== "object" || error === null) return [];
	return Object.values(error).flatMap((one) => textsOf(one, depth + 1));
}
