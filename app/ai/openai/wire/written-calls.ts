import { findJsonEnd, isObject, parseJson } from "./json-arguments.ts";
import { normaliseToolName } from "./tool-names.ts";

/** A tool call that a model wrote as text. */
export type WrittenCall = { name: string; arguments: string };

const CALL_NAME_FIELDS = ["name", "tool_name", "tool", "function_name", "function", "action"];
const CALL_ARGUMENT_FIELDS = [
	"arguments",
	"parameters",
	"args",
	"params",
	"kwargs",
	"input",
	"tool_input",
	"action_input",
];
/** Maximum nesting of lists and objects in which a tool call written as text is searched. */
const MAX_NESTING_DEPTH = 4;

/**
 * Finds the tool calls in a JSON value, in any format that models use.
 * @returns an empty list when the value contains no call.
 */
export function findCallsInJson(value: unknown, known: readonly string[], depth = 0): WrittenCall[] {
	if (depth > MAX_NESTING_DEPTH) return [];
	if (Array.isArray(value)) return value.flatMap((one) => findCallsInJson(one, known, depth + 1));
	if (!isObject(value)) return [];
	const nested = value.tool_calls ?? value.function_call ?? value.tool_call;
	if (nested !== undefined) return findCallsInJson(nested, known, depth + 1);
	if (isObject(value.function)) return findCallsInJson(value.function, known, depth + 1);
	const nameField = CALL_NAME_FIELDS.find((field) => typeof value[field] === "string");
	if (nameField === undefined) return findCallWithNameAsKey(value, known);
	const name = normaliseToolName(String(value[nameField]), known);
	const argumentField = CALL_ARGUMENT_FIELDS.find((field) => value[field] !== undefined);
	if (argumentField !== undefined) return [{ name, arguments: toArgumentsText(value[argumentField]) }];
	if (!known.includes(name)) return [];
	const { [nameField]: _name, type: _type, id: _id, ...rest } = value;
	return [{ name, arguments: JSON.stringify(rest) }];
}

/** Parses a tool call that has the tool's name as its key, such as `{"get_order": {"number": "W1"}}`. */
function findCallWithNameAsKey(value: Record<string, unknown>, known: readonly string[]): WrittenCall[] {
	const [entry, ...others] = Object.entries(value);
	if (!entry || others.length > 0 || !isObject(entry[1])) return [];
	const name = normaliseToolName(entry[0], known);
	return known.includes(name) ? [{ name, arguments: JSON.stringify(entry[1]) }] : [];
}

/** Converts a tool call's arguments of any type to text. */
export function toArgumentsText(value: unknown): string {
	if (typeof value === "string") return value;
	return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** Whether a text that is not valid JSON looks like a tool call with errors. */
export const looksLikeCall = (text: string, known: readonly string[]): boolean =>
	[...text.matchAll(/["'](?:name|tool|function|action|tool_name)["']\s*:\s*["']([\w.:-]{1,80})/g)].some(
		([, name]) => known.includes(normaliseToolName(name ?? "", known)),
	);

const XML_PARAMETER =
	/<(?:parameter|param|arg)(?:=|\s+name=)["']?([\w-]{1,60})["']?\s*>([^<]*)<|<arg_key>\s*([\w-]{1,60})\s*<\/arg_key>\s*<arg_value>([^<]*)</g;

/** Parses a text that contains only tool calls, in the format of any model. */
export function parseWrittenCalls(text: string, known: readonly string[]): WrittenCall[] {
	const calls: WrittenCall[] = [];
	const heads = new RegExp(`\\{|(?<![\\w])(?:${known.map(escapeForRegExp).join("|")})(?![\\w])`, "gi");
	/** A tool's name whose arguments have not been found yet, and the position where the arguments may begin. */
	let waiting = null as { name: string; from: number } | null;
	const settle = (until: number) => {
		if (waiting) {
			calls.push({ name: waiting.name, arguments: xmlArguments(text.slice(waiting.from, until)) });
		}
		waiting = null;
	};
	for (let head = heads.exec(text); head; head = heads.exec(text)) {
		if (head[0] === "{") {
			const end = findJsonEnd(text, head.index);
			if (end === null) {
				if (waiting) calls.push({ name: waiting.name, arguments: text.slice(head.index) });
				waiting = null;
				break;
			}
			const json = text.slice(head.index, end);
			const found = findCallsInJson(parseJson(json), known);
			if (found.length > 0) {
				settle(head.index);
				calls.push(...found);
			} else if (waiting) {
				calls.push({ name: waiting.name, arguments: json });
			} else if (looksLikeCall(json, known)) break;
			waiting = null;
			heads.lastIndex = end;
			continue;
		}
		settle(head.index);
		const name = normaliseToolName(head[0], known);
		const from = head.index + head[0].length;
		const inBrackets = parseBracketArguments(text, from);
		if (inBrackets) calls.push({ name, arguments: inBrackets.arguments });
		else waiting = { name, from };
		heads.lastIndex = inBrackets?.end ?? from;
	}
	settle(text.length);
	return calls;
}

const xmlArguments = (text: string): string =>
	JSON.stringify(
		Object.fromEntries(
			[...text.matchAll(XML_PARAMETER)].map(([, name, value, key, inner]) => {
				const written = (value ?? inner ?? "").trim();
				return [name ?? key ?? "", parseXmlValue(written)];
			}),
		),
	);

/** Parses the value of an argument in XML. Numbers stay text, because order numbers are not amounts. */
function parseXmlValue(written: string): unknown {
	const value = /^(?:[[{"]|null$|true$|false$)/.test(written) ? parseJson(written) : undefined;
	return value === undefined ? written : value;
}

const KEYWORD_ARGUMENT_PATTERN =
	/\s*([A-Za-z_]\w{0,60})\s*[=:]\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,()"']{1,200})\s*(?:,|$)/y;

/**
 * Parses a tool's arguments in brackets after its name, such as `("a": 1)`, in the syntax of Python or JSON.
 * @returns null when there are no arguments; `end` is the position after the closing bracket.
 */
export function parseBracketArguments(text: string, from: number): { arguments: string; end: number } | null {
	if (text[from] !== "(") return null;
	const close = findClosingBracket(text, from);
	if (close === null) return null;
	const inner = text.slice(from + 1, close).trim();
	const end = close + 1;
	if (inner === "") return { arguments: "{}", end };
	if (isObject(parseJson(inner))) return { arguments: inner, end };
	const args: Record<string, unknown> = {};
	KEYWORD_ARGUMENT_PATTERN.lastIndex = 0;
	let at = 0;
	while (at < inner.length) {
		KEYWORD_ARGUMENT_PATTERN.lastIndex = at;
		const found = KEYWORD_ARGUMENT_PATTERN.exec(inner);
		if (!found) return null;
		const [whole, key = "", written = ""] = found;
		args[key] = parseKeywordValue(written.trim());
		at += whole.length;
	}
	return { arguments: JSON.stringify(args), end };
}

function parseKeywordValue(written: string): unknown {
	if (/^(?:None|null)$/.test(written)) return null;
	if (written.startsWith("'")) return written.slice(1, -1).replace(/\\(.)/g, "$1");
	return parseJson(written) ?? written;
}

/** Finds the bracket that closes the bracket at `from`, ignoring quoted text; null when there is none. */
export function findClosingBracket(text: string, from: number): number | null {
	let quote = "";
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const sign = text[at] ?? "";
		if (quote !== "") {
			if (sign === "\\") at++;
			else if (sign === quote) quote = "";
		} else if (sign === '"' || sign === "'") quote = sign;
		else if (sign === "(") depth++;
		else if (sign === ")" && --depth === 0) return at;
	}
	return null;
}

const escapeForRegExp = (name: string): string => name.replace(/[^\w]/g, "\\$&");
