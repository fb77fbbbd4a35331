/** The marks that models put around their thoughts, and the signs of their chat templates. */

/**
 * What stands at a place in the text: a mark of a kind and its length, "wait" when more text may make it one, null
 * when it is plain text. `call` is a harmony message to a tool, which `text` names in words.
 */
export type Mark = {
	length: number;
	kind: "open" | "close" | "open-channel" | "end-channel" | "nothing";
	/** Text that stands for the mark. */
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
const NAMES = TAG_NAMES.join("|");

/** Longest mark, and longest head of a harmony message. Marks are matched within this many characters only. */
const LONGEST_MARK = 120;
const LONGEST_HEAD = 300;

const TAG = new RegExp(`^<\\s*(?:(/)\\s*)?(?:${NAMES})(?:\\s[^<>]*)?(/?)>`, "i");
const TAG_BEGUN = /^<\s*(?:\/\s*)?([a-z_:]*)$/i;
const TAG_OPEN = new RegExp(`^<\\s*(?:/\\s*)?(?:${NAMES})\\s[^<>]*$`, "i");
const BRACKET = /^\[\s*(?:(\/)\s*)?(?:think|thinking|thought|reasoning)\s*\]/i;
const BRACKET_BEGUN = /^\[\s*(?:\/\s*)?(?:([a-z]+)\s*)?$/i;
const BRACKET_NAMES = ["think", "thinking", "thought", "reasoning"];
const TRIANGLE = ["◁think▷", "◁/think▷"];

/** `<|word|>`, also with the wide bars of DeepSeek, and Gemma's `<|channel>` and `<channel|>`. */
const SPECIAL = /^<(?:[|｜]([^<>|｜]{1,60})[|｜]?|([a-z_]{1,20})[|｜])>/iu;
const SPECIAL_BEGUN = /^<(?:[|｜][^<>|｜]{0,60}[|｜]?|[a-z_]{1,20}[|｜]?)?$/iu;
/** Signs around calls are read with the calls. */
const OF_CALLS = /tool|function|python_tag|action|plugin|constrain/i;
const HARMONY =
	/^(?=<\|(?:start|channel)\|>)(?:<\|start\|>([^<]{0,80}))?(?:<\|channel\|>([^<]{0,120}))?(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/i;
const HARMONY_BEGUN = /^<\|(?:start|channel)\|>/i;
const END_OF_MESSAGE = /^(?:end|return|call|start|im_end|eot_id)$/i;

/** Where a mark may begin. */
export const MARK_BEGINS = /[<[◁]/;

/** Reads the mark at the beginning of `rest`. */
export function readMark(rest: string): Mark | "wait" | null {
	if (rest.startsWith("[")) return readBracket(rest.slice(0, LONGEST_MARK));
	if (rest.startsWith("◁")) return readTriangle(rest);
	return readTag(rest.slice(0, LONGEST_MARK)) ?? readSpecial(rest.slice(0, LONGEST_HEAD));
}

function readTag(rest: string): Mark | "wait" | null {
	const tag = TAG.exec(rest);
	if (tag) {
		const kind = tag[2] === "/" ? "nothing" : tag[1] === "/" ? "close" : "open";
		return { length: tag[0].length, kind };
	}
	const begun = TAG_BEGUN.exec(rest)?.[1]?.toLowerCase();
	const mayGrow = begun !== undefined && TAG_NAMES.some((name) => name.startsWith(begun));
	return mayGrow || (rest.length < LONGEST_MARK && TAG_OPEN.test(rest)) ? "wait" : null;
}

function readBracket(rest: string): Mark | "wait" | null {
	const mark = BRACKET.exec(rest);
	if (mark) return { length: mark[0].length, kind: mark[1] === "/" ? "close" : "open" };
	const begun = BRACKET_BEGUN.exec(rest);
	const name = begun?.[1]?.toLowerCase() ?? "";
	return begun && BRACKET_NAMES.some((known) => known.startsWith(name)) ? "wait" : null;
}

function readTriangle(rest: string): Mark | "wait" | null {
	const mark = TRIANGLE.find((one) => rest.startsWith(one));
	if (mark) return { length: mark.length, kind: mark.includes("/") ? "close" : "open" };
	return TRIANGLE.some((one) => one.startsWith(rest)) ? "wait" : null;
}

function readSpecial(rest: string): Mark | "wait" | null {
	const head = HARMONY.exec(rest);
	if (head) return readHead(head);
	if (HARMONY_BEGUN.test(rest) && rest.length < LONGEST_HEAD && !/<\|message\|>/i.test(rest)) return "wait";
	const special = SPECIAL.exec(rest);
	if (!special) return SPECIAL_BEGUN.test(rest) ? "wait" : null;
	const word = (special[1] ?? special[2] ?? "").trim();
	const { length } = special[0];
	if (/^(?:begin_of_thought|start_thinking|think)$/i.test(word)) return { length, kind: "open" };
	if (/^(?:end_of_thought|end_thinking|\/think)$/i.test(word)) return { length, kind: "close" };
	if (/^channel$/i.test(word)) {
		// Gemma: <|channel>thought … <channel|>. A harmony head that never became one is a thought as well.
		return { length, kind: special[1] === undefined ? "end-channel" : "open-channel" };
	}
	if (END_OF_MESSAGE.test(word)) return { length, kind: "end-channel" };
	return OF_CALLS.test(word) ? null : { length, kind: "nothing" };
}

/** The head of a harmony message: who speaks, on which channel, to which tool. */
function readHead([whole, role = "", channel]: RegExpExecArray): Mark {
	const { length } = whole;
	const to = /\bto=([\w.-]{1,80})/.exec(`${role} ${channel ?? ""}`)?.[1];
	if (to) return { length, kind: "end-channel", text: `commentary to=${to} json` };
	return { length, kind: /^\s*(?:final\b|$)/i.test(channel ?? "") ? "end-channel" : "open-channel" };
}
