/**
 * Beginnings of reasoning without an opening mark, as DeepSeek R1, QwQ, Qwen and similar models write it. No answer
 * to a customer begins like this.
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

/** Whether a reply begins like reasoning; null while it is too short to decide. */
export function beginsLikeReasoning(text: string): boolean | null {
	const begun = text.trimStart().toLowerCase();
	if (REASONING_BEGINNINGS.some((beginning) => begun.startsWith(beginning))) return true;
	return REASONING_BEGINNINGS.some((beginning) => beginning.startsWith(begun)) ? null : false;
}
