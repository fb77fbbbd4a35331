import { endOfJson, isObject, parse } from "./arguments.ts";
import { toolNameOf } from "./call-names.ts";

/** A call that a model wrote into its text. */
export type WrittenCall = { name: string; arguments: string };

const NAME_FIELDS = ["name", "tool_name", "tool", "function_name", "function", "action"];
const ARGUMENT_FIELDS = [
	"arguments",
	"parameters",
	"args",
	"params",
	"kwargs",
	"input",
	"tool_input",
	"action_input",
];
/** Lists in lists; deeper ones are not read. */
const DEEPEST = 4;

/** Calls that a JSON value is, in any of the ways models write them; none when it is something else. */
export function callsInValue(value: unknown, known: readonly string[], depth = 0): WrittenCall[] {
	if (depth > DEEPEST) return [];
	if (Array.isArray(value)) return value.flatMap((one) => callsInValue(one, known, depth + 1));
	if (!isObject(value)) return [];
	const nested = value.tool_calls ?? value.function_call ?? value.tool_call;
	if (nested !== undefined) return callsInValue(nested, known, depth + 1);
	if (isObject(value.function)) return callsInValue(value.function, known, depth + 1);
	const nameField = NAME_FIELDS.find((field) => typeof value[field] === "string");
	if (nameField === undefined) return callOfKey(value, known);
	const name = toolNameOf(String(value[nameField]), known);
	const argumentField = ARGUMENT_FIELDS.find((field) => value[field] !== undefined);
	if (argumentField !== undefined) return [{ name, arguments: argumentsText(value[argumentField]) }];
	if (!known.includes(name)) return [];
	const { [nameField]: _name, type: _type, id: _id, ...rest } = value;
	return [{ name, arguments: JSON.stringify(rest) }];
}

/** `{"get_order": {"number": "W1"}}` */
function callOfKey(value: Record<string, unknown>, known: readonly string[]): WrittenCall[] {
	const [entry, ...others] = Object.entries(value);
	if (!entry || others.length > 0 || !isObject(entry[1])) return [];
	const name = toolNameOf(entry[0], known);
	return known.includes(name) ? [{ name, arguments: JSON.stringify(entry[1]) }] : [];
}

/** Arguments as text, whatever they came as. */
export function argumentsText(value: unknown): string {
	if (typeof value === "string") return value;
	return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** Whether a text that is no JSON is a call all the same, badly written. */
export const looksLikeCall = (text: string, known: readonly string[]): boolean =>
	[...text.matchAll(/["'](?:name|tool|function|action|tool_name)["']\s*:\s*["']([\w.:-]{1,80})/g)].some(
		([, name]) => known.includes(toolNameOf(name ?? "", known)),
	);

const XML_PARAMETER =
	/<(?:parameter|param|arg)(?:=|\s+name=)["']?([\w-]{1,60})["']?\s*>([^<]*)<|<arg_key>\s*([\w-]{1,60})\s*<\/arg_key>\s*<arg_value>([^<]*)</g;

/** Reads everything in a stretch of text that is nothing but calls, in whichever model's way. */
export function readCalls(text: string, known: readonly string[]): WrittenCall[] {
	const calls: WrittenCall[] = [];
	const heads = new RegExp(`\\{|(?<![\\w])(?:${known.map(escaped).join("|")})(?![\\w])`, "gi");
	/** A name whose arguments have not come yet, and where they may begin. */
	let waiting = null as { name: string; from: number } | null;
	const settle = (until: number) => {
		if (waiting) {
			calls.push({ name: waiting.name, arguments: xmlArguments(text.slice(waiting.from, until)) });
		}
		waiting = null;
	};
	for (let head = heads.exec(text); head; head = heads.exec(text)) {
		if (head[0] === "{") {
			const end = endOfJson(text, head.index);
			if (end === null) {
				if (waiting) calls.push({ name: waiting.name, arguments: text.slice(head.index) });
				waiting = null;
				break;
			}
			const json = text.slice(head.index, end);
			const found = callsInValue(parse(json), known);
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
		const name = toolNameOf(head[0], known);
		const from = head.index + head[0].length;
		const inBrackets = readBrackets(text, from);
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
				return [name ?? key ?? "", plainValue(written)];
			}),
		),
	);

/** A string unless it is a JSON value of another kind. Numbers stay strings: order numbers are no amounts. */
function plainValue(written: string): unknown {
	const value = /^(?:[[{"]|null$|true$|false$)/.test(written) ? parse(written) : undefined;
	return value === undefined ? written : value;
}

const KEYWORD =
	/\s*([A-Za-z_]\w{0,60})\s*[=:]\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,()"']{1,200})\s*(?:,|$)/y;

/**
 * Reads `("a": 1)` in the ways of Python and of JSON, right after a tool's name.
 * @returns null when there is no bracket or it does not hold arguments; `end` is after the closing bracket.
 */
export function readBrackets(text: string, from: number): { arguments: string; end: number } | null {
	if (text[from] !== "(") return null;
	const close = closingBracket(text, from);
	if (close === null) return null;
	const inner = text.slice(from + 1, close).trim();
	const end = close + 1;
	if (inner === "") return { arguments: "{}", end };
	if (isObject(parse(inner))) return { arguments: inner, end };
	const args: Record<string, unknown> = {};
	KEYWORD.lastIndex = 0;
	let at = 0;
	while (at < inner.length) {
		KEYWORD.lastIndex = at;
		const found = KEYWORD.exec(inner);
		if (!found) return null;
		const [whole, key = "", written = ""] = found;
		args[key] = unquoted(written.trim());
		at += whole.length;
	}
	return { arguments: JSON.stringify(args), end };
}

function unquoted(written: string): unknown {
	if (/^(?:None|null)$/.test(written)) return null;
	if (written.startsWith("'")) return written.slice(1, -1).replace(/\\(.)/g, "$1");
	return parse(written) ?? written;
}

/** Where the bracket at `from` closes, outside quotes; null when it does not. */
export function closingBracket(text: string, from: number): number | null {
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

const escaped = (name: string): string => name.replace(/[^\w]/g, "\\$&");
