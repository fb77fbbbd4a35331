/** What small talk a text is: one of the phrases, or a question about the assistant's own nature. */
export type SmallTalk = { kind: "greeting" | "thanks" | "goodbye" } | { kind: "nature"; text: string };

const NATURE =
	/\b(?:are|r) (?:you|u) (?:an? |really |actually |even )*(?:real|human|person|people|bot|robot|chatbot|machine|ai|computer|automated|program|alive|assistant)\b|\b(?:am i|is this|i am) (?:talking|speaking|chatting|writing)?\s?(?:to|with)?\s?(?:an? )?(?:real |actual )?(?:human|person|bot|robot|machine|ai|computer)\b|\bwho (?:are|r) (?:you|u)\b|\bwhat (?:are|r) (?:you|u)\b(?!\w| \w+ing)|\bwhat(?:s| is|'s|’s) your name\b/i;

const WHAT_I_AM =
	"I am the store's automated assistant, not a person. I answer from the store's help pages and your own orders, and can call a person whenever you like.";

const SURE = 0.5;
/** Longer texts that begin with a greeting are about something. */
const MOST_WORDS = 9;

/** Whether a text is small talk, by its intent; null when it is about something. */
export function smallTalk(question: string, intent: string, confidence: number): SmallTalk | null {
	const words = question.split(/\s+/).length;
	if (words <= MOST_WORDS + 3 && NATURE.test(question)) return { kind: "nature", text: WHAT_I_AM };
	if (words > MOST_WORDS || confidence < SURE) return null;
	if (intent === "greeting" || intent === "thanks" || intent === "goodbye") return { kind: intent };
	return null;
}
