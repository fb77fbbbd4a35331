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

/** The commonest ways of asking in the other languages the app speaks. */
const OTHER_LANGUAGES: RegExp[] = [
	// German
	/\b(?:mit|zu) (?:einem|einer|jemandem?|nem|ner|dem|der|ihrem|einen)?\s?(?:echten |richtigen |realen |anderen |lebenden )?(?:mensch(?:en)?|person|mitarbeiter(?:in)?|kollegen|kollegin|berater(?:in)?|jemandem?|kundenberater(?:in)?|kundenservice|support)\b.*\b(?:sprechen|reden|chatten|verbinden|verbunden|schreiben|kontakt)/,
	/\b(?:sprechen|reden|verbinden)\b.*\b(?:mensch(?:en)?|mitarbeiter(?:in)?|jemandem?|echten person)\b/,
	/\b(?:echte[rn]?|richtige[rn]?) (?:mensch|person)\b|\bmenschliche[rn]? (?:mitarbeiter|ansprechpartner|hilfe|unterstützung)\b|^(?:mensch|mitarbeiter|kundenberater)(?: bitte)?$/,
	// French
	/\b(?:parler|discuter|échanger|echanger|contacter|joindre|connecter|transférer|transferer|mettre en relation|passer)\b.{0,20}\b(?:humain|personne|conseill(?:er|ère|ere)|agent|quelquun|opérateur|operateur|responsable|vrai|service client)\b/,
	/\b(?:vraie personne|être humain|etre humain|un humain|un conseiller|une conseillère|un agent)\b.{0,20}\b(?:svp|sil vous plait|sil vous plaît|maintenant)?$/,
	// Spanish
	/\b(?:hablar|habla|hablo|chatear|conversar|contactar|comunicar|comuníquenme|comuniqueme|comunicarme|pásame|pasame|páseme|conectar|transferir)\b.{0,20}\b(?:humano|humana|persona|agente|alguien|asesor|asesora|operador|operadora|representante|encargado)\b/,
	/\b(?:quiero|necesito|póngame|pongame)\b.{0,20}\b(?:humano|persona real|agente|representante|asesor)\b/,
	// Italian
	/\b(?:parlare|parla|parlo|chattare|contattare|mettermi in contatto|passami|passatemi|collegarmi|trasferire)\b.{0,25}\b(?:umano|umana|persona|operatore|operatrice|qualcuno|agente|addetto|consulente|responsabile)\b/,
	/\b(?:voglio|vorrei|ho bisogno di|serve)\b.{0,20}\b(?:operatore|umano|persona reale|persona vera|agente umano)\b/,
	// Portuguese
	/\b(?:falar|falo|fala|conversar|contatar|contactar|conectar|transferir|transfere|passar)\b.{0,25}\b(?:humano|humana|pessoa|atendente|alguém|alguem|agente|operador|operadora|representante|funcionário|funcionario|assistente)\b/,
	/\b(?:quero|preciso|gostaria)\b.{0,20}\b(?:atendente|humano|pessoa real|agente humano)\b/,
	// Dutch
	/\b(?:praten|spreken|chatten|verbinden|verbonden|doorverbinden|contact)\b.{0,20}\b(?:mens|persoon|medewerker|iemand|collega|agent|klantenservice)\b/,
	/\b(?:mens|persoon|medewerker|iemand|collega|echt persoon)\b.{0,30}\b(?:praten|spreken|chatten|verbinden|doorverbinden|verbonden)\b|^(?:medewerker|mens)(?: alstublieft| aub| graag)?$/,
];

/** The learned model knows more ways of asking than the patterns, but is only believed when it is sure. */
const SURE = 0.8;

/**
 * Whether the customer asks for a human being now. English well; German, French, Spanish, Italian, Portuguese
 * and Dutch in their commonest phrases. "Are you human" and "when can I call you" are no such request.
 */
export function wantsPerson(text: string): boolean {
	const plain = text
		.normalize("NFKC")
		.toLowerCase()
		.replace(/['’‘`]/g, "")
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
	if (!plain) return false;
	if (OTHER_LANGUAGES.some((pattern) => pattern.test(plain))) return true;
	if (REFUSING.test(plain) || ASKING_ABOUT.test(plain)) return false;
	if (ASKING.some((pattern) => pattern.test(plain))) return true;
	const { intent, confidence } = classifyIntent(text);
	return intent === "contact_human_agent" && confidence >= SURE;
}
