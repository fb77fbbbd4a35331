/**
 * Phrases with which models such as DeepSeek R1 and QwQ begin reasoning when they write no opening mark before it. No
 * answer to a customer begins with these phrases.
 */
const REASONING_BEGINNINGS = [
	...[
		"the",
		"so the",
		"so, the",
		"okay, the",
		"okay, so the",
		"ok, the",
		"ok, so the",
		"alright, the",
		"alright, so the",
	].flatMap((words) => ["user", "customer", "client"].map((who) => `${words} ${who} `)),
	"okay, let's see",
	"okay, let me ",
	"okay, i need to ",
	"okay, so i need to ",
	"alright, let's ",
	"alright, i need to ",
	"first, i need to ",
	"we need to answer",
	"we need to respond",
	"we need to check",
	"user asks",
	"user wants",
	"customer asks",
	"hmm, ",
	"嗯，用户",
	"好的，用户",
	"好，用户",
	"用户",
];

/** Whether a model's reply begins like reasoning; null while the text is too short to decide. */
export function beginsLikeReasoning(text: string): boolean | null {
	const begun = text.trimStart().toLowerCase();
	if (REASONING_BEGINNINGS.some((beginning) => begun.startsWith(beginning))) return true;
	return REASONING_BEGINNINGS.some((beginning) => beginning.startsWith(begun)) ? null : false;
}
