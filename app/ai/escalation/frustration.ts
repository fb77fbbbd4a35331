/**
 * English phrases that only an angry customer writes. A mere complaint about a matter is not among them, because the
 * assistant answers it first and a false alarm takes an agent's time.
 */
const ENGLISH_FRUSTRATION_PATTERNS: RegExp[] = [
	/\b(?:this|it|that|you|the service|your service|customer service)(?: is| are|s|re)?(?: just| really| so| all| absolutely| completely| totally| beyond)* (?:ridiculous|unacceptable|outrageous|infuriating|useless|pathetic|a (?:complete |total |big )?(?:joke(?! \w)|disgrace|scandal|waste of (?:my )?time))\b/,
	/\b(?:absolutely|completely|totally|beyond|utterly) (?:ridiculous|unacceptable|useless|outrageous|pathetic|fed up)\b/,
	/\b(?:im|i am|we are|were)(?: \w+){0,2} (?:furious|livid|fed up|losing my patience|at my wits end|pissed off|so angry|very angry|extremely (?:angry|frustrated|disappointed|upset)|so frustrated|very frustrated)\b/,
	/\b(?:worst|terrible|horrible|awful|appalling) (?:customer )?(?:service|support|experience|company|shop|store)\b/,
	/\b(?:youre|you are|u are|bot is|assistant is|this is)(?: \w+){0,2} (?:not|no) (?:helping|help|helpful|listening|use)\b/,
	/\b(?:youre|you are|stupid|dumb|useless|bloody|fucking|damn) (?:stupid|dumb|useless|idiots?|bots?|robots?|machine|assistant|chatbot)\b/,
	/\b(?:third|fourth|fifth|tenth|hundredth|\d+(?:rd|th)) time (?:i|im|ive|i have|i am|that i)\b|\b(?:how many times (?:do|must|should) i)\b|\bfor the last time\b/,
	/\b(?:you (?:still )?(?:do not|dont|didnt|did not) (?:understand|get it|listen|read)|that (?:is not|isnt|s not) what i (?:asked|meant|said)|you keep (?:saying|repeating)|stop repeating)\b/,
	/\b(?:what the (?:hell|fuck|heck)|wtf|bullshit|this sucks|you suck|for fucks sake|are you kidding me)\b/,
];

const OTHER_FRUSTRATION_PATTERNS: RegExp[] = [
	// German phrases of an angry customer.
	/\b(?:unverschämt\w*|unfassbar|frechheit|eine zumutung|unmöglich(?:er)? service|inakzeptabel|ich habe (?:die nase voll|genug)|mir reichts|mir reicht es|schlechtester? service|nutzlos|zum (?:dritten|vierten|zehnten) mal)\b/,
	// French phrases of an angry customer.
	/\b(?:inadmissible|inacceptable|scandaleux|honteux|jen ai (?:marre|assez)|ras le bol|pire service|cest nul|vous ne comprenez (?:rien|pas)|vous ne servez à rien)\b/,
	// Spanish phrases of an angry customer.
	/\b(?:inaceptable|indignante|vergonzoso|una vergüenza|estoy hart[oa]|peor servicio|no me (?:entiendes|entiende|ayudas|ayuda)|no sirves|inútil)\b/,
	// Italian phrases of an angry customer.
	/\b(?:inaccettabile|vergognoso|una vergogna|sono stuf[oa]|pessimo servizio|non capisci|non mi (?:aiuti|capisci)|inutile bot)\b/,
	// Portuguese phrases of an angry customer.
	/\b(?:inaceitável|inadmissível|uma vergonha|estou fart[oa]|cansad[oa] disto|pior atendimento|não (?:entendes|entende) nada)\b/,
	// Dutch phrases of an angry customer.
	/\b(?:onacceptabel|belachelijk|schandalig|ik ben het (?:zat|beu)|slechtste service|je (?:begrijpt|snapt) (?:het|me) niet|waardeloos)\b/,
	// Polish, Turkish, Arabic and Hebrew phrases of an angry customer.
	/(?:niedopuszczalne|skandal\b|mam (?:tego )?dość|najgorsza obsługa|to jakiś żart|nie rozumiesz)/u,
	/(?:kabul edilemez|rezalet|bıktım|yeter artık|en kötü hizmet|işe yaramaz|anlamıyorsun)/u,
	/(?:غير مقبول|سئمت|أسوأ خدمة|اسوأ خدمة|مهزلة|لا تفهم|زهقت)/u,
	/(?:לא מקובל|נמאס לי|שירות גרוע|בושה וחרפה|אתה לא מבין|חוצפה)/u,
];

/** Whether a text has three or more words and all of them are in capitals. */
const isWrittenInCapitals = (text: string): boolean => {
	const words = text.match(/\p{L}{3,}/gu) ?? [];
	return words.length >= 3 && words.every((word) => word === word.toUpperCase() && /\p{Lu}/u.test(word));
};

export function isFrustrated(text: string): boolean {
	if (isWrittenInCapitals(text) && /[!?]{2,}/.test(text)) return true;
	const plain = text
		.normalize("NFKC")
		.toLowerCase()
		.replace(/['’‘`]/g, "")
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
	return [...ENGLISH_FRUSTRATION_PATTERNS, ...OTHER_FRUSTRATION_PATTERNS].some((pattern) =>
		pattern.test(plain),
	);
}
