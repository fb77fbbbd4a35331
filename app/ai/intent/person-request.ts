import { foldLetters } from "#app/text/fold-letters.ts";
import { classifyIntent } from "./classify.server.ts";
import {
	IS_HUMAN_QUESTION_PATTERN_NON_ENGLISH,
	PERSON_REQUEST_PATTERNS_BY_LANGUAGE,
} from "./person-request-patterns.ts";
import { replaceUnrelatedPeople, splitClauses } from "./unrelated-people.ts";

/** Words for a person of the store ("agent", "human"), with the words that may come before them. */
const PERSON_PATTERN =
	"(?:(?:real|live|actual|human|living|proper|right|concerned|responsible|another|different|single|damn|freaking|fucking|customer|service|support|sales|care|call|help|free|available|senior|certain|billing|returns?|refunds?|warranty|technical|tech|account|delivery|shipping|store|shop|someone|a|an|the|your|my|one of your|one of the|some|any|this|of|kind of) ){0,6}(?:humans?|persons?|people|man|woman|guy|agents?|representatives?|reps?|operators?|somebody|someone|anybody|anyone|advisors?|advisers?|consultants?|managers?|supervisors?|executives?|boss|colleagues?|coworkers?|assistants?|specialists?|employees?|staff(?: members?)?|team members?|members? of (?:your |the )?(?:staff|team)|individual|attendant|human being|clerk|associate)";

/** Words that certainly mean a person of the store. "Someone" is not among them, because alone it may mean anybody. */
const STAFF_PATTERN =
	"(?:(?:a|an|the|your|my|one of your|one of the|some|any|another) ){0,3}(?:(?:real|live|actual|human|living|customer|service|support|sales) ){0,4}(?:humans?|human being|real person|real people|person|agent|representative|rep|operator|advisor|adviser|manager|supervisor|executives?|colleagues?|co ?workers?|specialist|employees?|member of (?:your |the )?(?:staff|team)|team members?|(?:someone|somebody|anyone|anybody) (?:real|human|else|from (?:your|the) (?:\\w+ )?(?:team|staff|department|company|support|store|shop)|on your team))";

/** Phrases that ask to be connected with a person. The words before the person may name any department of the store. */
const SPEAK_REQUEST_PATTERNS: RegExp[] = [
	// Matches "speak to an agent", "chat with somebody real" and "talk agent", but not "your chat assistants".
	new RegExp(
		`\\b(?:speak|speaking|talk|talking|tlak|chat|chatting|converse|conversation|deal|dealing|interact|discuss (?:it|this|that|things))(?: (?:to|with|w|directly|right now|now|live|2)){1,4} ${PERSON_PATTERN}\\b|\\b(?:speak|talk|tlak) ${PERSON_PATTERN}\\b`,
	),
	// Matches "connect me to a representative", "put me through to someone" and "pass this on to your team".
	new RegExp(
		`\\b(?:connect|transfer|forward|redirect|direct|escalate|pass|hand|switch|route|refer|patch|put)(?: (?:me|this|us|it|over|through|on|up|along|chat|conversation|ticket|case|my (?:call|chat|case|ticket|request|issue|problem|question|complaint|conversation))){0,4} (?:to|with|2) (?:${PERSON_PATTERN}|(?:your |the )?(?:\\w+ )?(?:team|support|customer service|customer care|help ?desk|human side))\\b`,
	),
];

const PERSON_REQUEST_PATTERNS: RegExp[] = [
	/^(?:(?:please|pls|can you|could you|just|ok|then|now) )*(?:connect|transfer|escalate|redirect)(?: (?:me|us|this|it|the chat))?(?: (?:please|pls|now|already|asap|then))*$/,
	// Matches "get me an agent", "I need a human" and "call a person".
	/\b(?:get|give|bring|find|fetch|call|send|need|want|require|prefer|demand|contact|reach|request|asking for|looking for|rather have|like|have)(?: (?:me|us|to|for|in|on|hold of|touch with|through)){0,6} (?:a |an |the |your |some )?(?:real |live |actual |human |customer |service |support |sales |care )*(?:human(?: being)?s?|person|agents?|representatives?|reps?|operators?|managers?|supervisors?|executive(?= (?:please|pls|now|asap|about|who|to)\b|$)|real people|someone real|somebody real|human (?:agent|assistance|help|support|assistant)|live (?:agent|chat|person|support|help))\b(?! (?:discount|price|fee|number|id|size|hour|hair|manual|card|name|licen[cs]e|signature|limit|to (?:sign|collect|pick)))/,
	/^(?:(?:a|an|the|real|live|actual|human|customer|service|support|please|pls|now|just|only|hey|hi|hello|no) )*(?:human(?: being)?|person|agent|representative|rep|operator|supervisor|manager|live chat|real person|real people|someone real|somebody real|human help|human support|support person)(?: (?:please|pls|plz|now|here|asap|needed|agent|help|support|thanks?|already))*$/,
	/\b(?:is|are) (?:there|this|here) (?:no |any|some|a|an|not)*\s?(?:real |actual |live )*(?:human|person|people|humans|someone|somebody|anyone|anybody)\b.{0,80}\b(?:talk|speak|chat|real|(?:can|could|to) help me|write with|write to)\b/,
	/\b(?:is|are) (?:there )?(?:no |any |a )?(?:real |actual |live )*(?:humans?|person|people|agents?|executives?|representatives?) (?:available|around|here|there|online|on here|working (?:here|there))\b/,
	/^(?:any|no) (?:real |actual |live )*(?:humans?|person|people|agents?|executives?|one|body|anyone|anybody) (?:real |human )?(?:available|around|here|there|online)$|\b(?:anyone|anybody|someone|somebody) (?:here |there |around |available )?to (?:talk|speak|chat) (?:to|with)\b/,
	/\b(?:help|assistance|support) from (?:a |an |your )?(?:(?:real |actual |live )*(?:humans?|person|people|agent|representative|staff|team)|(?:anyone|anybody|someone|somebody) (?:in|on|at|from|of) (?:your|the) (?:team|staff|company|support|shop|store))\b/,
	/\b(?:anyone|anybody|someone|somebody) (?:real|human|alive)\b|\b(?:real|actual|live) (?:person|people|human|humans|agent|human being)\b.{0,20}\b(?:please|pls|here|there|now|instead|on here|around)\b/,
	/\b(?:dont|do not|not|no longer|stop|hate|tired of|sick of|instead of|rather than|enough of)\b.{0,20}\b(?:talk|talking|speak|speaking|chat|chatting|deal|dealing)\b.{0,12}\b(?:bot|robot|machine|computer|ai|automated|chatbot)\b/,
	/\b(?:no|not a|not another|without the|stop the|stop with the|done with (?:this|the)|enough of (?:this|the)) (?:more )?(?:bots?|robots?|chatbots?|machines?|automated|automatic)\b.{0,80}\b(?:human|person|people|someone|somebody|agent|help)\b|\b(?:human|person|someone|somebody|agent)\b.{0,80}\b(?:not|no|instead of|rather than) (?:a |an |this |more )?(?:ro)?bots?\b/,
	// Matches "can a colleague take over" and "have somebody ring me".
	new RegExp(
		`\\b${STAFF_PATTERN}\\b.{0,12}\\b(?:look (?:at|into)|take (?:over|this)|takes over|handle|review|step in|answer|reply|help|assist|call|ring|phone|contact|get back|join|explain)\\b`,
	),
	/\b(?:someone|somebody|anyone|anybody|person|human)\b.{0,12}\b(?:take over|takes over|step in|(?:call|ring|phone|contact|answer|email|text) (?:me|us)|get back to (?:me|us)|look (?:at|into) (?:this|it|my))\b/,
	new RegExp(
		`\\bput (?:${STAFF_PATTERN}|someone|somebody)(?: \\w+)? on\\b|\\b(?:let|have|get) ${STAFF_PATTERN}\\b.{0,15}\\b(?:this|it|me|on|in)\\b`,
	),
	/^where(?:s| is| are) (?:the |a |all the |your )?(?:real |actual )?(?:humans?|persons?|people|agents?|staff)$/,
	/\b(?:get|give|bring|find|send) me (?:(?:someone|somebody)\b|(?:some |your )?staff\b(?! discount))/,
	/\bwho (?:can|could|should|do) i (?:talk|speak|chat) (?:to|with)\b/,
	/^(?!.*\b(?:how|what|when|which|where|hours?|information|number|time)\b).*\b(?:speak|talk|chat|connect me|transfer me|put me through) (?:to|with) (?:your |the )?(?:customer |technical |tech )?(?:service|support|care)\b/,
	/\b(?:call|ring|phone) me (?:back|please|now)\b|\bhand (?:me |this |it )*over\b|\blet me (?:talk|speak) (?:to|with)\b|\bput me through\b/,
];

/**
 * Requests for a call back. Such a request must be a whole clause, because "people call me Bob" and "who calls me
 * before delivery" are not requests.
 */
const CLAUSE_REQUEST_PATTERNS: RegExp[] = [
	/^(?:(?:please|pls|plz|kindly|can|could|would|will|you|u|someone|somebody|anyone|just|so|and|hi|hello|hey) )*(?:call|phone|ring|telephone|contact) me(?: (?:back|up|by phone|by telephone|on the phone|over the phone))?(?: (?:please|pls|plz|now|asap|today|tomorrow|tonight|soon|later|immediately|urgently|right away|instead|thanks?|thank you|on my \w+|on \d\w*|at \d\w*|about (?:my|this|it|the)|regarding (?:my|this|it|the))\b.*)?$/,
	/\b(?:give me|get|have|want|need|request|schedule|arrange|book|like|expect|waiting for) (?:a |the )?(?:call ?back|(?<=(?:arrange|schedule|book) (?:a |the )?)call$|call from (?:you|someone|somebody|(?:a|your|the) \w+))\b/,
	/^(?:(?:please|pls|kindly|can|could|would|you) )*give (?:me|us) a (?:call|ring)(?: (?:please|pls|back|now|asap|today|tomorrow))*$/,
	/^(?:(?:please|pls|plz|kindly|a|request|need|want|i) )*call ?back(?: (?:please|pls|now|asap|request|requested))*$/,
	/^(?:(?:please|pls|the|your|a|an) )*customer (?:care |service |support |relations )?executive(?: (?:please|pls|now|asap))*$/,
	/^(?:(?:hey|hi|hello|ok|so|no|please|pls|now|just|stop|i|want|need) )*(?:agent|human|representative|operator|executive|real person|live person|live (?:chat|support|help))(?: (?:please|pls|now))*$/,
];

const REFUSAL_PATTERN =
	/\b(?:dont|do not|no need to|no need for|not|without|never|instead of|rather than)\b(?: (?:want|need|have|wish|like|yet|to|having|asking))* (?:talk|speak|talking|speaking|chat|call (?:me|back)|a call|a human|a person|an agent|a representative)\b(?!.{0,200}\b(?:bot|robot|machine|computer|ai|chatbot|automated)\b)/;

/** Questions about contact details (hours, a telephone number). They are not requests for a person. */
const CONTACT_DETAILS_PATTERN =
	/\b(?:opening hours|what hours|business hours|what time|phone number|telephone number|email address|how many (?:people|agents|persons)|hiring|job)\b/;

/** Phrases about an earlier contact, such as "I spoke to an agent yesterday". They are not requests for a person. */
const PAST_CONTACT_PATTERN =
	/\b(?:i|we|she|he|they|my \w+|your \w+|(?:the|a) \w+)(?: (?:have|had|has|already|just|even|also))* (?:spoke|spoken|talked|chatted|dealt|told|said|promised)\b.{0,200}?(?=\b(?:and (?:now|want|need|id|i (?:want|need|would))|but (?:now|want|i (?:want|need|would))|so (?:i|please|can)|now|please|can|could|let|connect|transfer|get|give) |$)/g;

/**
 * Questions whether the assistant is human, and English words that only look like words for a person. They are not
 * requests for a person.
 */
const IS_HUMAN_QUESTION_PATTERN =
	/\b(?:am i|are you|are u|r u|is this|is it)\b.{0,25}\b(?:person|human|bot|robot|machine|people|ai|real)\b|\bcontact person\b/g;

/**
 * Smallest confidence with which the intent model alone decides that a text asks for a person. The intent model knows
 * more phrases than the patterns, but makes more mistakes.
 */
const MIN_INTENT_CONFIDENCE = 0.75;

/**
 * Finds a request for a person in a text and returns the language of the request, or null when there is none. The
 * function recognises English requests well, and the most common phrases in German, French, Spanish, Italian,
 * Portuguese, Dutch, Polish, Turkish, Arabic, Hebrew, Russian, Japanese and Chinese. "Are you human" and "when can I call you" are not requests.
 */
export function findPersonRequestLanguage(text: string): string | null {
	const folded = foldLetters(text);
	if (!folded) return null;
	if (!IS_HUMAN_QUESTION_PATTERN_NON_ENGLISH.test(folded)) {
		for (const [language, patterns] of Object.entries(PERSON_REQUEST_PATTERNS_BY_LANGUAGE)) {
			if (patterns.some((pattern) => pattern.test(folded))) return language;
		}
	}
	const plain = folded.replace(PAST_CONTACT_PATTERN, "").replace(IS_HUMAN_QUESTION_PATTERN, "").trim();
	if (!plain || REFUSAL_PATTERN.test(plain) || CONTACT_DETAILS_PATTERN.test(plain)) return null;
	if (SPEAK_REQUEST_PATTERNS.some((pattern) => pattern.test(plain))) return "en";
	const clauses = splitClauses(text).map(replaceUnrelatedPeople);
	if (clauses.some((clause) => CLAUSE_REQUEST_PATTERNS.some((pattern) => pattern.test(clause)))) return "en";
	const storeClauses = clauses
		.join(" ")
		.replace(PAST_CONTACT_PATTERN, "")
		.replace(IS_HUMAN_QUESTION_PATTERN, "")
		.trim();
	if (PERSON_REQUEST_PATTERNS.some((pattern) => pattern.test(storeClauses))) return "en";
	const { intent, confidence } = classifyIntent(storeClauses);
	return intent === "contact_human_agent" && confidence >= MIN_INTENT_CONFIDENCE ? "en" : null;
}

/** Whether a text asks for a person. */
export const isPersonRequest = (text: string): boolean => findPersonRequestLanguage(text) !== null;
