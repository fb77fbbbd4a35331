import { findJsonEnd, parseJson } from "./json-arguments.ts";
import {
	findCallsInJson,
	findClosingBracket,
	looksLikeCall,
	parseBracketArguments,
	parseWrittenCalls,
	type WrittenCall,
} from "./written-calls.ts";

/**
 * Longest text that is held back to decide whether it is a tool call, in UTF-16 units. The held text is parsed again
 * with each piece.
 */
const MAX_HELD_CHARACTERS = 4_000;
/** Longest text of tool calls, in UTF-16 units; the rest is cut off. */
const MAX_CALLS_CHARACTERS = 50_000;

/**
 * Marks that begin tool calls in the text formats of Hermes, Qwen, Mistral, Llama, DeepSeek, Kimi, GLM, Granite, Phi
 * and gpt-oss. A mark that begins with a letter counts only at the beginning of a word.
 */
const CALL_MARKS = [
	"<tool_call",
	"<toolcall",
	"<tool_use",
	"<tool_code",
	"<tool_response",
	"<tool_result",
	"<function_call",
	"<function=",
	"<functions",
	"<function_result",
	"<invoke",
	"<|tool",
	"<|function",
	"<|python_tag",
	"<|plugin",
	"<|action",
	"<|constrain",
	"<｜tool",
	"[tool_call",
	"[tool_result",
	"[args]",
	"functools[",
	"commentary to=",
	"to=functions.",
	"```tool",
];
const RESULT_MARK_PATTERN = /(?:<|\[)\/?(?:tool_response|tool_result|function_result|tool_results)/i;
const WORD_CHARACTER = /[\p{L}\p{N}_]/u;

/**
 * Finds tool calls that a model wrote as text and removes them. Only text that may be a call is held back. Text after a
 * call is dropped: the model invented it, because the tool has not run yet.
 */
export class TextCallFilter {
	readonly #known: readonly string[];
	readonly #begins: RegExp;
	#pending = "";
	/** The model's text from the first tool call on; null before it. */
	#calls: string | null = null;
	#last = "";

	/** @param known names of the tools that the model may call. Without tools, all text is plain text. */
	constructor(known: readonly string[]) {
		this.#known = known;
		const letters = [...known, ...CALL_MARKS]
			.map((one) => one.charAt(0))
			.filter((sign) => /[a-z]/i.test(sign));
		this.#begins = new RegExp(`[<[{\`]|(?<![\\p{L}\\p{N}_])[${[...new Set(letters)].join("")}]`, "iu");
	}

	/**
	 * Adds a piece of the model's text.
	 * @returns the text that is certainly no tool call.
	 */
	push(piece: string): string {
		if (this.#known.length === 0) return piece;
		if (this.#calls !== null) {
			if (this.#calls.length < MAX_CALLS_CHARACTERS) this.#calls += piece;
			return "";
		}
		this.#pending += piece;
		return this.#advance(false);
	}

	/**
	 * Ends the text.
	 * @returns the text that was held back.
	 */
	end(): string {
		return this.#calls === null ? this.#advance(true) : "";
	}

	/** Whether the text contains the beginning of a tool call that the model wrote as text. */
	get hasBegun(): boolean {
		return this.#calls !== null;
	}

	/** The tool calls in the text. Null when no call began; an empty list when a call began and cannot be parsed. */
	get found(): WrittenCall[] | null {
		if (this.#calls === null) return null;
		// The text after a result mark is cut off, because the model invented the results of its calls.
		const [calls = ""] = this.#calls.split(RESULT_MARK_PATTERN);
		return parseWrittenCalls(calls, this.#known);
	}

	#advance(isFinal: boolean): string {
		let text = "";
		const keep = (length: number) => {
			text += this.#pending.slice(0, length);
			this.#last = text.at(-1) ?? this.#last;
			this.#pending = this.#pending.slice(length);
		};
		while (this.#pending !== "") {
			const at = this.#pending.search(this.#begins);
			if (at === -1) {
				keep(this.#pending.length);
				break;
			}
			// The pattern does not see the text that was returned before, so the last returned character is checked here.
			const isInWord = at === 0 && WORD_CHARACTER.test(this.#last) && /^[a-z]/i.test(this.#pending);
			if (at > 0 || isInWord) {
				keep(Math.max(at, 1));
				continue;
			}
			const verdict = this.#judge(this.#pending);
			if (verdict === "call") {
				this.#calls = this.#pending;
				this.#pending = "";
				return text;
			}
			const isTooLong = this.#pending.length >= MAX_HELD_CHARACTERS;
			if (verdict === "wait" && !isFinal && !isTooLong) break;
			if (verdict === "wait" && looksLikeCall(this.#pending, this.#known)) {
				this.#calls = this.#pending;
				this.#pending = "";
				return text;
			}
			keep(typeof verdict === "number" ? verdict : isTooLong ? this.#pending.length : 1);
		}
		return text;
	}

	/**
	 * Decides what is at the start of the held text: "call" for a tool call, a number of characters of plain text, or
	 * "wait" when more text is needed.
	 */
	#judge(text: string): "call" | "wait" | number {
		const folded = text.slice(0, 40).toLowerCase();
		if (CALL_MARKS.some((mark) => folded.startsWith(mark))) return "call";
		if (CALL_MARKS.some((mark) => mark.startsWith(folded))) return "wait";
		if (text.startsWith("`")) return this.#judgeFence(text);
		if (text.startsWith("{") || text.startsWith("[")) return this.#judgeJson(text);
		if (text.startsWith("<")) return 1;
		return this.#judgeName(text);
	}

	#judgeJson(text: string): "call" | "wait" | number {
		const inner = /^[[{]\s*(.)?/s.exec(text)?.[1];
		if (inner === undefined) return "wait";
		if (text.startsWith("[") && inner !== "{") {
			// Llama writes a tool call as [get_order(number="W1")].
			const named = this.#judgeName(text.slice(1).trimStart());
			return typeof named === "number" ? 1 : named;
		}
		if (!/["'{}]/.test(inner)) return 1;
		const end = findJsonEnd(text, 0);
		if (end === null) return "wait";
		const json = text.slice(0, end);
		const isCall =
			findCallsInJson(parseJson(json), this.#known).length > 0 || looksLikeCall(json, this.#known);
		return isCall ? "call" : end;
	}

	/** Decides whether a code fence or code span is held back. Only one that contains JSON or a tool call is. */
	#judgeFence(text: string): "call" | "wait" | number {
		const ticks = /^`+/.exec(text)?.[0] ?? "";
		const head = ticks.length < 3 ? ticks : /^`+[^\n`]{0,40}(?:\n\s*|$)/.exec(text)?.[0];
		// Some models write ```json{"name": … without a line break after the language.
		const short = /^`{3,}[a-z]{0,12}[ \t]*(?=[[{])/i.exec(text)?.[0];
		const length = (short ?? head ?? ticks).length;
		if (length === text.length) return "wait";
		const verdict = this.#judgeBody(text.slice(length));
		return verdict === "call" || verdict === "wait" ? verdict : ticks.length;
	}

	#judgeBody(body: string): "call" | "wait" | number {
		const folded = body.slice(0, 40).toLowerCase();
		if (CALL_MARKS.some((mark) => folded.startsWith(mark))) return "call";
		if (/^[{[]/.test(body)) return this.#judgeJson(body);
		return /^[a-z]/i.test(body) ? this.#judgeName(body) : 1;
	}

	/** Decides whether a tool's name begins a call: arguments must follow the name. */
	#judgeName(text: string): "call" | "wait" | number {
		const word = /^(?:functions?\.|default_api\.)?[\w-]+/i.exec(text)?.[0] ?? text.slice(0, 1);
		const bare = word.replace(/^(?:functions?\.|default_api\.)/i, "").toLowerCase();
		const isWhole = word.length < text.length;
		if (!isWhole) {
			const mayBe = this.#known.some((name) => name.startsWith(bare) || `functions.${name}`.startsWith(bare));
			return mayBe ? "wait" : word.length;
		}
		if (/^(?:functions?|default_api)$/i.test(word)) return /^[a-z_]+\.$/i.test(text) ? "wait" : word.length;
		if (!this.#known.includes(bare)) return word.length;
		const rest = text.slice(word.length);
		if (rest.startsWith("(")) {
			if (findClosingBracket(rest, 0) === null) return "wait";
			return parseBracketArguments(rest, 0) ? "call" : word.length;
		}
		const between = /^\s*(?:json|:)?\s*/i.exec(rest)?.[0] ?? "";
		if (between.length === rest.length) return "wait";
		if (rest[between.length] !== "{") return word.length;
		return findJsonEnd(rest, between.length) === null ? "wait" : "call";
	}
}
