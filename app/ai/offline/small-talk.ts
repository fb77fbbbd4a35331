import { foldLetters } from "#app/text/fold-letters.ts";
import phrases from "./small-talk.json" with { type: "json" };

/** Small talk: one of the phrases, or a question whether the assistant is a person. */
export type SmallTalk = { kind: "greeting" | "thanks" | "goodbye" } | { kind: "nature"; text: string };

const NATURE_QUESTION =
	/\b(?:are|r) (?:you|u) (?:an? |really |actually |even )*(?:real|human|person|people|bot|robot|chatbot|machine|ai|computer|automated|program|alive|assistant)\b|\b(?:am i|is this|i am) (?:talking|speaking|chatting|writing)?\s?(?:to|with)?\s?(?:an? )?(?:real |actual )?(?:human|person|bot|robot|machine|ai|computer)\b|\bwho (?:are|r) (?:you|u)\b|\bwhat (?:are|r) (?:you|u)\b(?!\w| \w+ing)|\bwhat(?:s| is|'s|’s) your name\b/i;

const WHAT_I_AM =
	"I am the store's automated assistant, not a person. I answer from the store's help pages and your own orders, and can call a person whenever you like.";

const MIN_CONFIDENCE = 0.5;
/** Maximum length of small talk in words. A longer text that begins with a greeting has another subject. */
const MAX_WORDS = 9;

type Kind = keyof typeof phrases;
const KINDS: Kind[] = ["thanks", "goodbye", "greeting"];
/** The phrases of other languages than English without spaces, the longest first. English is left to the intent model. */
const PHRASES = KINDS.flatMap((kind) =>
	phrases[kind].split(", ").map((phrase) => ({ kind, text: withoutSpaces(phrase) })),
).sort((a, b) => b.text.length - a.text.length);
/** Longer texts are more than phrases. */
const MAX_CHARACTERS = 60;

function withoutSpaces(text: string): string {
	return foldLetters(text).replaceAll(" ", "");
}

/** The kind of a text that consists of phrases alone ("Hallo, vielen Dank"): the one that needs a reply most. */
function kindOfPhrases(text: string): Kind | null {
	if (text.length > MAX_CHARACTERS) return null;
	let rest = withoutSpaces(text);
	if (rest === "") return null;
	const kinds = new Set<Kind>();
	while (rest !== "") {
		const phrase = PHRASES.find((one) => rest.startsWith(one.text));
		if (!phrase) return null;
		kinds.add(phrase.kind);
		rest = rest.slice(phrase.text.length);
	}
	return KINDS.find((kind) => kinds.has(kind)) ?? null;
}

/** Whether a text is small talk, by its intent; null when it is about something. */
export function smallTalk(question: string, intent: string, confidence: number): SmallTalk | null {
	const words = question.split(/\s+/).length;
	if (words <= MAX_WORDS + 3 && NATURE_QUESTION.test(question)) return { kind: "nature", text: WHAT_I_AM };
	const kind = kindOfPhrases(question);
	if (kind) return { kind };
	if (words > MAX_WORDS || confidence < MIN_CONFIDENCE) return null;
	if (intent === "greeting" || intent === "thanks" || intent === "goodbye") return { kind: intent };
	return null;
}
