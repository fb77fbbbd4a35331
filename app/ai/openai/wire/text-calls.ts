import { endOfJson, parse } from "./arguments.ts";
import {
	callsInValue,
	closingBracket,
	looksLikeCall,
	readBrackets,
	readCalls,
	type WrittenCall,
} from "./call-text.ts";

/** Longest construct that is held back to see whether it is a call, in UTF-16 units. It is read anew with each piece. */
const LONGEST_HELD = 4_000;
/** Of calls; what is longer is cut off, and then no call. */
const LONGEST_CALLS = 50_000;

/**
 * Marks after which nothing but calls follows, as Hermes, Qwen, Mistral, Llama, DeepSeek, Kimi, GLM, Granite,
 * Phi and gpt-oss write them. A mark that begins with a letter is only one at the beginning of a word.
 */
const MARKS = [
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
const RESULT = /(?:<|\[)\/?(?:tool_response|tool_result|function_result|tool_results)/i;
const WORD = /[\p{L}\p{N}_]/u;

/**
 * Finds calls that a model writes into its text and takes them out of it, holding back only what may be one. After
 * a call nothing is text any more: what a model writes there it has made up, since the tool has not run yet.
 */
export class TextCalls {
	readonly #known: readonly string[];
	readonly #begins: RegExp;
	#pending = "";
	/** From the first call on. */
	#calls: string | null = null;
	#last = "";

	/** @param known names of the tools there are; with none, everything is text. */
	constructor(known: readonly string[]) {
		this.#known = known;
		const letters = [...known, ...MARKS].map((one) => one.charAt(0)).filter((sign) => /[a-z]/i.test(sign));
		this.#begins = new RegExp(`[<[{\`]|(?<![\\p{L}\\p{N}_])[${[...new Set(letters)].join("")}]`, "iu");
	}

	/** Takes the next piece of text and returns what is surely no call. */
	push(piece: string): string {
		if (this.#known.length === 0) return piece;
		if (this.#calls !== null) {
			if (this.#calls.length < LONGEST_CALLS) this.#calls += piece;
			return "";
		}
		this.#pending += piece;
		return this.#advance(false);
	}

	/** Returns the rest of the text. */
	end(): string {
		return this.#calls === null ? this.#advance(true) : "";
	}

	/** Whether a call has begun. */
	get hasBegun(): boolean {
		return this.#calls !== null;
	}

	/** The calls found; null when there was no sign of one. An empty list is a call that cannot be read. */
	get found(): WrittenCall[] | null {
		if (this.#calls === null) return null;
		// Results that the model has made up for itself.
		const [calls = ""] = this.#calls.split(RESULT);
		return readCalls(calls, this.#known);
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
			// The expression does not see what was given out before.
			const isInWord = at === 0 && WORD.test(this.#last) && /^[a-z]/i.test(this.#pending);
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
			const isTooLong = this.#pending.length >= LONGEST_HELD;
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

	/** Whether a call begins here, or text of that length, or it cannot be told yet. */
	#judge(text: string): "call" | "wait" | number {
		const folded = text.slice(0, 40).toLowerCase();
		if (MARKS.some((mark) => folded.startsWith(mark))) return "call";
		if (MARKS.some((mark) => mark.startsWith(folded))) return "wait";
		if (text.startsWith("`")) return this.#judgeFence(text);
		if (text.startsWith("{") || text.startsWith("[")) return this.#judgeJson(text);
		if (text.startsWith("<")) return 1;
		return this.#judgeName(text);
	}

	#judgeJson(text: string): "call" | "wait" | number {
		const inner = /^[[{]\s*(.)?/s.exec(text)?.[1];
		if (inner === undefined) return "wait";
		if (text.startsWith("[") && inner !== "{") {
			// Llama writes [get_order(number="W1")].
			const named = this.#judgeName(text.slice(1).trimStart());
			return typeof named === "number" ? 1 : named;
		}
		if (!/["'{}]/.test(inner)) return 1;
		const end = endOfJson(text, 0);
		if (end === null) return "wait";
		const json = text.slice(0, end);
		const isCall = callsInValue(parse(json), this.#known).length > 0 || looksLikeCall(json, this.#known);
		return isCall ? "call" : end;
	}

	/** A fence, or a code span: only one that holds JSON or a call is waited for. */
	#judgeFence(text: string): "call" | "wait" | number {
		const ticks = /^`+/.exec(text)?.[0] ?? "";
		const head = ticks.length < 3 ? ticks : /^`+[^\n`]{0,40}(?:\n\s*|$)/.exec(text)?.[0];
		// ```json{"name": … without a line break.
		const short = /^`{3,}[a-z]{0,12}[ \t]*(?=[[{])/i.exec(text)?.[0];
		const length = (short ?? head ?? ticks).length;
		if (length === text.length) return "wait";
		const verdict = this.#judgeBody(text.slice(length));
		return verdict === "call" || verdict === "wait" ? verdict : ticks.length;
	}

	#judgeBody(body: string): "call" | "wait" | number {
		const folded = body.slice(0, 40).toLowerCase();
		if (MARKS.some((mark) => folded.startsWith(mark))) return "call";
		if (/^[{[]/.test(body)) return this.#judgeJson(body);
		return /^[a-z]/i.test(body) ? this.#judgeName(body) : 1;
	}

	/** A tool's own name followed by arguments. */
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
			if (closingBracket(rest, 0) === null) return "wait";
			return readBrackets(rest, 0) ? "call" : word.length;
		}
		const between = /^\s*(?:json|:)?\s*/i.exec(rest)?.[0] ?? "";
		if (between.length === rest.length) return "wait";
		if (rest[between.length] !== "{") return word.length;
		return endOfJson(rest, between.length) === null ? "wait" : "call";
	}
}
