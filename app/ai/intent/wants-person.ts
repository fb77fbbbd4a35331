import { ASKING_IN } from "./asking-in-other-languages.ts";
import { classifyIntent } from "./classify.server.ts";

/** Who is asked for, by any of these words. */
const PERSON =
	"(?:(?:real|live|actual|human|living|proper|another|different|single|damn|freaking|fucking|customer|service|support|sales|care|call|help|free|available|senior|certain|someone|a|an|the|your|my|one of your|one of the|some|any|this|of|kind of) )*(?:humans?|persons?|people|man|woman|guy|agents?|representatives?|reps?|operators?|somebody|someone|anybody|anyone|advisors?|advisers?|consultants?|managers?|supervisors?|boss|colleagues?|coworkers?|assistants?|specialists?|employees?|staff(?: members?)?|team members?|members? of (?:your |the )?(?:staff|team)|individual|attendant|human being|clerk|associate)";

const ASKING: RegExp[] = [
	// "speak to an agent", "chat with somebody real"
	new RegExp(
		`\\b(?:speak|speaking|talk|talking|tlak|chat|chatting|converse|conversation|deal|dealing|interact)(?: (?:to|with|directly|right now|now|live|2))* ${PERSON}\\b`,
	),
	// "connect me to a representative", "put me through to someone"
	new RegExp(
		`\\b(?:connect|transfer|forward|redirect|direct|escalate|pass|hand|switch|route|refer|patch|put)(?: (?:me|this|us|it|over|through|on|up|along|my \\w+))* (?:to|with) ${PERSON}\\b`,
	),
	// "get me an agent", "I need a human", "call a person"
	/\b(?:get|give|bring|find|fetch|call|send|need|want|require|prefer|demand|contact|reach|request|asking for|looking for|rather have|like)(?: (?:me|us|to|for|in|hold of|touch with|in touch with))* (?:a |an |the |your |some )?(?:real |live |actual |human |customer |service |support |sales )*(?:human(?: being)?s?|person|agents?|representatives?|reps?|operators?|managers?|supervisors?|real people|human (?:agent|assistance|help|support|assistant)|live (?:agent|chat|person|support|help))\b(?! (?:discount|price|fee|number|id|size|hour))/,
	/^(?:(?:a|an|the|real|live|actual|human|customer|service|support|please|pls|now|just|hey|hi|hello) )*(?:human(?: being)?|person|agent|representative|rep|operator|supervisor|manager|live chat|real person|someone real|somebody real|human help|human support)(?: (?:please|pls|now|here|asap|needed|agent|help|support|thanks?))*$/,
	/\b(?:is|are) (?:there|this|here) (?:any|some|a|an)?\s?(?:real |actual |live )*(?:human|person|people|humans|someone|somebody|anyone|anybody)\b.*\b(?:there|here|talk|speak|chat|real|help|available)\b/,
	/\b(?:dont|do not|not|no longer|stop|hate|tired of|sick of|instead of|rather than|enough of)\b.{0,20}\b(?:talk|talking|speak|speaking|chat|chatting|deal|dealing)\b.{0,12}\b(?:bot|robot|machine|computer|ai|automated|chatbot)\b/,
	/\b(?:human|person|people|somebody|someone|colleague)\b.{0,20}\b(?:look at|take over|takes over|handle|review|step in|answer me|call me|contact me|get back to me|join)\b/,
	/^(?!.*\b(?:how|what|when|which|where|hours?|information|number|time)\b).*\b(?:speak|talk|chat|connect me|transfer me|put me through) (?:to|with) (?:your |the )?(?:customer |technical |tech )?(?:service|support|care)\b/,
	/^(?!(?:are|is|am|r) (?:you|u|this|i)\b).*\b(?:agent|representative|human|operator)(?: please| pls| now)?$/,
	/\b(?:call|ring|phone) me (?:back|please|now)\b|\bhand (?:me |this |it )*over\b|\blet me (?:talk|speak)\b|\bput me through\b/,
];

const REFUSING =
	/\b(?:dont|do not|no need to|not|without|never|instead of|rather than)\b(?: (?:want|need|have|wish|like|yet|to|having|asking))* (?:talk|speak|talking|speaking|chat|a human|a person|an agent|a representative)\b(?!.*\b(?:bot|robot|machine|computer|ai|chatbot|automated)\b)/;

/** Asking how the people here are to be reached (hours, a telephone number) is a question, not a call. */
const ASKING_ABOUT =
	/\b(?:opening hours|what hours|business hours|what time|phone number|telephone number|email address|how many (?:people|agents|persons)|hiring|job)\b/;

/** The learned model knows more ways of asking than the patterns, but is only believed when it is sure. */
const SURE = 0.8;

/**
 * In which language the customer asks for a human being now, or null when they do not. English well; German,
 * French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish, Arabic and Hebrew in their commonest phrases. "Are
 * you human" and "when can I call you" are no such request.
 */
export function personAskedIn(text: string): string | null {
	const plain = text
		.normalize("NFKC")
		.toLowerCase()
		.replace(/['’‘`]/g, "")
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
	if (!plain) return null;
	for (const [language, patterns] of Object.entries(ASKING_IN)) {
		if (patterns.some((pattern) => pattern.test(plain))) return language;
	}
	if (REFUSING.test(plain) || ASKING_ABOUT.test(plain)) return null;
	if (ASKING.some((pattern) => pattern.test(plain))) return "en";
	const { intent, confidence } = classifyIntent(text);
	return intent === "contact_human_agent" && confidence >= SURE ? "en" : null;
}

/** Whether the customer asks for a human being now. */
export const wantsPerson = (text: string): boolean => personAskedIn(text) !== null;
