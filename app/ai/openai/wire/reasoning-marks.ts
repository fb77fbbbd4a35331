/** Parses the marks around a model's reasoning, and the special tokens of chat templates. */

/**
 * A reasoning mark at a position of the text. "end-channel" with `text` begins a message to a tool, whose name is
 * `text` (harmony, OpenAI's gpt-oss format).
 */
export type ReasoningMark = {
	length: number;
	kind: "open" | "close" | "open-channel" | "end-channel" | "nothing";
	/** Text that replaces the reasoning mark in the model's reply. */
	text?: string;
};

const TAG_NAMES = [
	"think",
	"thinking",
	"thought",
	"thoughts",
	"reasoning",
	"reason",
	"reflection",
	"analysis",
	"scratchpad",
	"antthinking",
	"seed:think",
	"inner_monologue",
	"internal_monologue",
	"begin_of_thought",
	"end_of_thought",
	"start_thinking",
	"end_thinking",
];
const TAG_NAME_PATTERN = TAG_NAMES.join("|");

/**
 * Maximum lengths in characters of a reasoning mark and of a harmony head (the start of a message in OpenAI's gpt-oss
 * format).
 */
const MAX_MARK_CHARACTERS = 120;
const MAX_HARMONY_HEAD_CHARACTERS = 300;

const TAG_PATTERN = new RegExp(`^<\\s*(?:(/)\\s*)?(?:${TAG_NAME_PATTERN})(?:\\s[^<>]*)?(/?)>`, "i");
const PARTIAL_TAG_PATTERN = /^<\s*(?:\/\s*)?([a-z_:]*)$/i;
const UNCLOSED_TAG_PATTERN = new RegExp(`^<\\s*(?:/\\s*)?(?:${TAG_NAME_PATTERN})\\s[^<>]*$`, "i");
const BRACKET_PATTERN = /^\[\s*(?:(\/)\s*)?(?:think|thinking|thought|reasoning)\s*\]/i;
const PARTIAL_BRACKET_PATTERN = /^\[\s*(?:\/\s*)?(?:([a-z]+)\s*)?$/i;
const BRACKET_NAMES = ["think", "thinking", "thought", "reasoning"];
const TRIANGLE_MARKS = ["◁think▷", "◁/think▷"];

/** Matches `<|word|>`, also with the wide bars of DeepSeek, and Gemma's `<|channel>` and `<channel|>`. */
const SPECIAL_TOKEN_PATTERN = /^<(?:[|｜]([^<>|｜]{1,60})[|｜]?|([a-z_]{1,20})[|｜])>/iu;
const PARTIAL_SPECIAL_TOKEN_PATTERN = /^<(?:[|｜][^<>|｜]{0,60}[|｜]?|[a-z_]{1,20}[|｜]?)?$/iu;
/** Special tokens around tool calls. They are parsed together with the calls. */
const CALL_TOKEN_PATTERN = /tool|function|python_tag|action|plugin|constrain/i;
const HARMONY_HEAD_PATTERN =
	/^(?=<\|(?:start|channel)\|>)(?:<\|start\|>([^<]{0,80}))?(?:<\|channel\|>([^<]{0,120}))?(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/i;
const PARTIAL_HARMONY_HEAD_PATTERN = /^<\|(?:start|channel)\|>/i;
const END_OF_MESSAGE_PATTERN = /^(?:end|return|call|start|im_end|eot_id)$/i;

/** Matches the first character of a reasoning mark. */
export const MARK_START_PATTERN = /[<[◁]/;

/**
 * Parses the reasoning mark at the beginning of `rest`.
 * @returns "wait" when more text may make it a mark, null when it is plain text.
 */
export function readMark(rest: string): ReasoningMark | "wait" | null {
	if (rest.startsWith("[")) return readBracket(rest.slice(0, MAX_MARK_CHARACTERS));
	if (rest.startsWith("◁")) return readTriangle(rest);
	return (
		readTag(rest.slice(0, MAX_MARK_CHARACTERS)) ?? readSpecial(rest.slice(0, MAX_HARMONY_HEAD_CHARACTERS))
	);
}

function readTag(rest: string): ReasoningMark | "wait" | null {
	const tag = TAG_PATTERN.exec(rest);
	if (tag) {
		const kind = tag[2] === "/" ? "nothing" : tag[1] === "/" ? "close" : "open";
		return { length: tag[0].length, kind };
	}
	const begun = PARTIAL_TAG_PATTERN.exec(rest)?.[1]?.toLowerCase();
	const mayGrow = begun !== undefined && TAG_NAMES.some((name) => name.startsWith(begun));
	return mayGrow || (rest.length < MAX_MARK_CHARACTERS && UNCLOSED_TAG_PATTERN.test(rest)) ? "wait" : null;
}

function readBracket(rest: string): ReasoningMark | "wait" | null {
	const mark = BRACKET_PATTERN.exec(rest);
	if (mark) return { length: mark[0].length, kind: mark[1] === "/" ? "close" : "open" };
	const begun = PARTIAL_BRACKET_PATTERN.exec(rest);
	const name = begun?.[1]?.toLowerCase() ?? "";
	return begun && BRACKET_NAMES.some((known) => known.startsWith(name)) ? "wait" : null;
}

function readTriangle(rest: string): ReasoningMark | "wait" | null {
	const mark = TRIANGLE_MARKS.find((one) => rest.startsWith(one));
	if (mark) return { length: mark.length, kind: mark.includes("/") ? "close" : "open" };
	return TRIANGLE_MARKS.some((one) => one.startsWith(rest)) ? "wait" : null;
}

function readSpecial(rest: string): ReasoningMark | "wait" | null {
	const head = HARMONY_HEAD_PATTERN.exec(rest);
	if (head) return readHarmonyHead(head);
	if (
		PARTIAL_HARMONY_HEAD_PATTERN.test(rest) &&
		rest.length < MAX_HARMONY_HEAD_CHARACTERS &&
		!/<\|message\|>/i.test(rest)
	)
		return "wait";
	const special = SPECIAL_TOKEN_PATTERN.exec(rest);
	if (!special) return PARTIAL_SPECIAL_TOKEN_PATTERN.test(rest) ? "wait" : null;
	const word = (special[1] ?? special[2] ?? "").trim();
	const { length } = special[0];
	if (/^(?:begin_of_thought|start_thinking|think)$/i.test(word)) return { length, kind: "open" };
	if (/^(?:end_of_thought|end_thinking|\/think)$/i.test(word)) return { length, kind: "close" };
	if (/^channel$/i.test(word)) {
		// Gemma marks reasoning as <|channel>thought … <channel|>. An incomplete harmony head also begins reasoning.
		return { length, kind: special[1] === undefined ? "end-channel" : "open-channel" };
	}
	if (END_OF_MESSAGE_PATTERN.test(word)) return { length, kind: "end-channel" };
	return CALL_TOKEN_PATTERN.test(word) ? null : { length, kind: "nothing" };
}

/** Parses the head of a harmony message (OpenAI's gpt-oss format): its role, channel and recipient. */
function readHarmonyHead([whole, role = "", channel]: RegExpExecArray): ReasoningMark {
	const { length } = whole;
	const to = /\bto=([\w.-]{1,80})/.exec(`${role} ${channel ?? ""}`)?.[1];
	if (to) return { length, kind: "end-channel", text: `commentary to=${to} json` };
	return { length, kind: /^\s*(?:final\b|$)/i.test(channel ?? "") ? "end-channel" : "open-channel" };
}
