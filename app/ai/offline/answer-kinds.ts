import { CLOCK, CURRENCY, DURATION } from "#app/models/search/concept-list.ts";

/** The form an answer must have: "how long" is answered by a duration, whatever else stands in a text. */
type AnswerKind = {
	asks: RegExp;
	/** How well a sentence has that form, from 0 to 1. */
	shows: (sentence: string) => number;
	/** Worth beside a telling word that is met; 1 when the form decides between two texts on one subject. */
	weight: number;
	/** Headings that name the form: "Prices", "How long it takes". */
	headed?: RegExp;
	/** A way of speaking that is no form of its own, so that the answer may have any. */
	isManner?: boolean;
};

const MONEY =
	/[$€£¥]\s?\d|\d\s?[$€£¥]|\b\d+(?:[.,]\d+)?\s?(?:usd|eur|gbp|chf|dollars?|euros?|pounds?|cents?)\b/i;
const PHONE_NUMBER = /(?<![\w@.])\+?\(?\d[\d ()/.-]{6,}\d/;
const STREET =
	/\b\d+[a-z]?,? (?:\p{Lu}[\p{L}'’.-]{1,40} ){1,3}(?:street|st|road|rd|lane|avenue|ave|way|square|drive|boulevard|place|row|court|quay)\b|\p{L}(?:stra(?:ss|ß)e|weg|platz|gasse|straat|laan|gade|gatan|vej)\s\d|\b(?:rue|via|calle|plaza|piazza)\s\p{Lu}/iu;
const NEGATION =
	/\b(?:not|cannot|\w+n['’]?t|never|no|none|neither|nor|except\w*|exclud\w+|left out|without)\b/i;
/** A text that tells the reader what to do begins its sentences with these. */
const IMPERATIVE =
	/^(?:(?:first|then|next|now|please|simply|just|finally),? )*(?:add|ask|bring|call|check|choose|clean|click|come|contact|cut|drop|email|enter|fill|find|follow|get|give|go|hang|hold|keep|leave|log|look|open|pack|pay|pick|place|press|print|pull|put|read|remove|request|return|rinse|scan|select|send|set|show|sign|start|take|tell|tick|try|turn|type|use|vacuum|wait|wash|wipe|write)\b/i;
const NUMBER_OF_TIME =
	"(?:\\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|few|several|couple of) (?:more )?(?:hours?|days?|weeks?|months?|years?)";

/** Things one after the other, as in "A, B and C" or the items of a list. */
function enumeration(sentence: string): number {
	const parts = sentence.split(/[;,]\s/).length + (/,? (?:and|or) /.test(sentence) ? 0.5 : 0);
	if (parts < 3) return 0;
	return Math.min(1, parts / 4);
}

const CLOCKS = new RegExp(CLOCK.source, "gi");
/** A week's hours say more than those of one line. */
const FULL_TIMETABLE = 1.6;
const showsDuration = (sentence: string) => (DURATION.test(sentence) ? 1 : 0);

const showsSteps = (sentence: string) =>
	IMPERATIVE.test(sentence) ? 1 : /\byou (?:can|may|will find)\b/i.test(sentence) ? 0.5 : 0;

const KINDS: AnswerKind[] = [
	{
		asks: /\bhow much (?:is|are|was|do|does|did|will|would|for|to|it|this|extra|more)\b(?!.{0,200}\b(?:weigh|hold|fit|time)\b)|\b(?:cost|costs|price|prices|fee|fees|pricing)\b(?! (?:match|drop|guarantee|promise))|\b(?:is|are)\b.{0,80}\bfree\b|\bdo i (?:have to|need to|must) pay\b/i,
		shows: (sentence) => (MONEY.test(sentence) ? 1 : CURRENCY.test(sentence) ? 0.6 : 0),
		headed: /\b(?:costs?|pric\w+|rates?|charges?|fees?|tariffs?|who pays)\b/i,
		weight: 1,
	},
	{
		asks: /\bhow much (?!is|are|was|do|does|did|will|would|for|to|it|this|extra|more|time)\p{L}+|\bhow many (?!hours|days|weeks|months|years)\p{L}+|\bhow (?:hot|cold|warm|big|large|heavy|old)\b/iu,
		shows: (sentence) => (/\d/.test(sentence) ? 1 : 0),
		weight: 0.6,
	},
	{
		asks: new RegExp(
			`\\bhow (?:long|soon|quickly|fast)\\b|\\bhow many (?:minutes|hours|days|weeks|months|years)\\b|\\bhow much time\\b|\\b(?:by|until|till) when\\b|\\b(?:after|within|in) ${NUMBER_OF_TIME}\\b|\\b${NUMBER_OF_TIME} (?:ago|later|after|old)\\b|\\bdeadline\\b|\\btime limit\\b|\\b(?:delivery|shipping|processing|refund|return) (?:time|times|period|window)\\b`,
			"i",
		),
		shows: showsDuration,
		headed:
			/\b(?:how long|how fast|when|times?|speed|duration|period|window|deadline|days|validity|valid|lifetime|arriv\w+)\b/i,
		weight: 1,
	},
	{
		asks: /\bwhen (?:do|does|will|would|can|should|must|is|are)\b(?!.{0,200}\b(?:open|close|closed)\b)/i,
		shows: (sentence) =>
			DURATION.test(sentence) ? 1 : /\b(?:after|once|when|as soon as|until|before)\b/i.test(sentence) ? 1 : 0,
		headed: /\b(?:when|times?)\b/i,
		weight: 0.6,
	},
	{
		asks: /\b(?:opening|business|office|shop|store|visiting) (?:hours|times)\b|\b(?:what|which) (?:are|is) (?:your|the) (?:\w+ )?(?:hours|times)\b|\b(?:your|the) hours\b|\b(?:when|what time|which days|until when|how late|how early|what days)\b.{0,80}\b(?:open|close|closed|opening|there|available)\b|\bopen (?:on|at|today|tomorrow|late)\b/i,
		shows: (sentence) => Math.min(FULL_TIMETABLE, (sentence.match(CLOCKS)?.length ?? 0) / 4),
		headed: /\b(?:hours|open|opening)\b/i,
		weight: 1.4,
	},
	{
		asks: /\b(?:which|what)(?: [\p{L}-]+){1,4} (?:do|does|can|are|may|could|is) (?:you|i|we|they|it|the|there|not|accepted|available|possible|included)\b|\b(?:which|what)(?: [\p{L}-]+){0,3} (?:can|cannot|can['’]?t) (?:i|you|we|be|not|come)\b|\b(?:which|what) (?:kinds?|sorts?|types?|ways) of\b|\bwhere do you (?:ship|deliver|send)\b/iu,
		shows: enumeration,
		headed: /\b(?:which|what (?:we|you|can|is)|methods?|options|ways|kinds|accepted|where to|countries)\b/i,
		weight: 0.8,
	},
	{
		asks: /\bhow (?:do|can|could|should|would|must|may|to)\b(?: (?:i|we|you|one|someone)\b)?(?! (?:have|much|long))/i,
		shows: showsSteps,
		headed: /\b(?:how|steps?|instructions?)\b/i,
		weight: 0.7,
	},
	{
		asks: /\b(?:not|cannot|can['’]?t|isn['’]?t|aren['’]?t|won['’]?t|don['’]?t|doesn['’]?t|excluded|exceptions?)\b/i,
		shows: (sentence) => (NEGATION.test(sentence) ? 1 : 0),
		weight: 0.6,
		isManner: true,
	},
	{
		asks: /^where (?:is|are)\b(?! my\b)|\b(?:located|location|directions|street address|your address|showroom address)\b|\bwhere can i (?:find|visit) (?:you|your)\b/i,
		shows: (sentence) => (STREET.test(sentence) ? 1 : 0),
		headed: /\b(?:address|location|find us|find you|directions|getting here|where)\b/i,
		weight: 1.2,
	},
	{
		asks: /\b(?:phone|telephone) number\b|\bnumber (?:to|can i|do i) (?:call|ring)\b|\b(?:call|ring|phone) you\b/i,
		shows: (sentence) => (PHONE_NUMBER.test(sentence) ? 1 : 0),
		weight: 1.2,
	},
	{
		asks: /\be-?mail address\b|\b(?:email|write to) you\b/i,
		shows: (sentence) => (/\S@\S/.test(sentence) ? 1 : 0),
		weight: 1.2,
	},
];

/** Asks what the customer may do, not what the shop does: the answer speaks to "you". */
const ASKS_MINE =
	/\b(?:do|must|should) i (?:have|need)\b|\b(?:can|may|could|am) i\b|\bmy (?:right|time|deadline)\b/i;
const SPEAKS_TO_YOU = /\byou(?:r|rs)?\b/i;
const SPEAKS_OF_SHOP = /^(?:we|our)\b/i;
const TO_YOU = 0.35;
const OF_SHOP = -0.3;

/** What to look for in a sentence, read from a question. `score` is 0 when its form says nothing either way. */
export type WantedForm = {
	/** Whether the question asks for one form of answer, such as an amount. */
	isAsked: boolean;
	/** Asks whether there is such a thing, or for all about it: the opening of the text on it answers. */
	isGeneral: boolean;
	/** Asks how something is done: its steps are read from the first on. */
	isHowTo: boolean;
	/** Speaks of what is not, fails or is left out. */
	isNegative: boolean;
	/** How far a heading names the form, from 0 to about 1: "Where to", "How long it takes", "Prices". */
	names: (heading: string) => number;
	score: (sentence: string) => number;
	/** Whether the sentence has the form itself, as the next row of a table does. */
	shows: (sentence: string) => boolean;
};

/** "What" and "which" stand in headings of any kind. */
const QUESTION_WORD = /\b(?:how (?:long|often|much|many|soon)|where|when|why|who|how)\b/;
const GENERAL =
	/^(?:(?:hi|hello|hey|so|and|please)[ ,]+)*(?:do you (?:have|sell|offer|do|give|provide|run|make|know)|(?:is|are) there|have you got|tell me (?:more )?about|what (?:is|are) (?:a |an |the |your )?|what about|how about|how does .* work)/i;
const HOW_TO = /\bhow (?:do|can|could|should|would|must|may) (?:i|we|you)\b|\bhow to\b/i;
const NEGATIVE =
	/\b(?:not|cannot|can['’]?t|isn['’]?t|won['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|fail\w*|refused?|declined|trouble|problems?|errors?|wrong|lost|missing|late|broken|twice|if)\b/i;

/** Reads from a question which form its answer has: an amount, a duration, opening hours, a list, steps. */
export function wantedForm(question: string): WantedForm {
	const kinds = KINDS.filter(({ asks }) => asks.test(question));
	const forms = kinds.filter(({ isManner }) => !isManner);
	const isMine =
		(HOW_TO.test(question) || ASKS_MINE.test(question)) &&
		kinds.some(({ shows }) => shows === showsDuration || shows === showsSteps);
	const about = QUESTION_WORD.exec(question.toLowerCase())?.[0] ?? "";
	return {
		isAsked: forms.length > 0,
		isGeneral: GENERAL.test(question.trim()),
		isHowTo: HOW_TO.test(question) && forms.length <= 1,
		names(heading) {
			const share = Math.max(0, ...kinds.map(({ headed, weight }) => (headed?.test(heading) ? weight : 0)));
			return about && new RegExp(`\\b${about}\\b`, "i").test(heading) ? Math.max(share, 0.8) : share;
		},
		isNegative: NEGATIVE.test(question),
		score(sentence) {
			let score = 0;
			for (const { shows, weight } of kinds) score += weight * shows(sentence);
			if (isMine && SPEAKS_TO_YOU.test(sentence)) score += TO_YOU;
			if (isMine && SPEAKS_OF_SHOP.test(sentence)) score += OF_SHOP;
			return score;
		},
		shows: (sentence) => forms.some(({ shows }) => shows(sentence) >= 0.5),
	};
}

const INTRODUCES =
	/\b(?:this|the following) (?:page|article|section|guide|text|overview)\b|\bhere you (?:can |will |'ll )?(?:find|read|learn|see)\b|\bread on\b|\b(?:below|on this page),? (?:you|we)\b/i;

/** Whether a text only says what the page is about, which answers nothing. */
export function isIntroduction(body: string): boolean {
	return INTRODUCES.test(body) && body.length < 300 && !/\d/.test(body);
}

/** Whether a heading is of a special case: what fails, is lost or left out. */
export function isSpecialCase(heading: string): boolean {
	return NEGATIVE.test(heading) || /^if\b/i.test(heading);
}
