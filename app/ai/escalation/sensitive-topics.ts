/** Topics that a person must answer: legal action, injuries and danger, and the topics in the owner's settings. */

/** Words for lawyers, courts and authorities, in a threat or a question. */
const LEGAL_PATTERNS: RegExp[] = [
	/\b(?:lawyers?|attorneys?|solicitors?|sue (?:you|them|your|the)|suing|lawsuits?|legal (?:action|steps|proceedings|advice|notice)|small claims|take (?:you|this) to court|see you in court|in court|consumer protection|trading standards|ombudsman|data protection authority|report you to)\b/u,
	/\b(?:anwalt|anwältin|rechtsanwalt|rechtsanwältin|verklagen|klage einreichen|vor gericht|rechtliche schritte|verbraucherzentrale|verbraucherschutz|strafanzeige)\b/u,
	/\b(?:mon avocat|un avocat|une avocate|porter plainte|poursuites|action en justice|au tribunal|devant le tribunal|dgccrf|mise en demeure|assigner en justice)(?!\p{L})/u,
	/\b(?:abogad[oa]s?|demandarlos|demandarles|demandar a|acciones legales|poner una denuncia|denunciarlos|denunciar(?:é|les)|ante el juez|tribunales|oficina del consumidor)(?!\p{L})/u,
	/\b(?:avvocat[oi]|vie legali|azione legale|azioni legali|denunciarvi|sporgere denuncia|in tribunale|associazione consumatori|vi denuncio)(?!\p{L})/u,
	/\b(?:advogad[oa]s?|processar-?vos|processar vocês|ação judicial|acção judicial|no tribunal|procon|deco|queixa-crime|medidas legais)(?!\p{L})/u,
	/\b(?:advocaat|rechtszaak|juridische stappen|naar de rechter|aanklagen|aangifte|consumentenbond)\b/u,
	/(?:prawnik|adwokat|pozew|pozwę|do sądu|w sądzie|rzecznik\S{0,8} konsument|uokik|kroki prawne)/u,
	/(?:avukat|dava aç|mahkeme|tüketici hakem|yasal (?:işlem|yol)|hukuki)/u,
	/(?:محامي|المحامي|محكمة|المحكمة|مقاضا|سأقاضي|دعوى|حماية المستهلك|إجراء قانوني)/u,
	/(?:עורך דין|עורכת דין|עו"ד|בית משפט|בית המשפט|תביעה|לתבוע|אתבע|הגנת הצרכן|צעדים משפטיים)/u,
];

/** Phrases about injuries, and about products that burn, spark, break or poison. */
const SAFETY_PATTERNS: RegExp[] = [
	/\b(?:injur(?:y|ed|ies)|(?:got|was|were|been|am|is|badly) hurt|hurt (?:my|him|her|himself|herself|myself|someone|somebody|a child)|bleeding|cut (?:my|his|her) (?:hand|finger|arm|leg|foot|face)|caught fire|on fire|went up in flames|smok(?:e|ing) (?:came|coming|from|out)|started (?:smoking|burning|sparking)|sparks?(?: are| were)? (?:flying|came|coming|from|out)|electric(?:al)? shock|electrocuted|burn(?:ed|t) (?:my|me|his|her|himself|herself)|hospital|ambulance|emergency room|exploded|choked on|chok(?:ing|ed)|poison(?:ed|ous|ing)|allergic reaction|fell (?:on|onto) (?:me|my|him|her)|collapsed (?:on|under|while|when|with)|gas leak|overheat(?:s|ed|ing)?)\b/u,
	/\b(?:verletz(?:t|ung)|blutet|in brand|brennt|feuer gefangen|rauch (?:kommt|kam)|stromschlag|verbrannt|verbrennung|krankenhaus|explodiert|vergift\w*|erstickt)\b/u,
	/\b(?:blessé\p{L}*|blessure|saigne|pris feu|en feu|de la fumée|choc électrique|électrocuté\p{L}*|brûlé\p{L}*|brûlure|hôpital|explosé|intoxi\p{L}+|étouff\p{L}+)/u,
	/\b(?:herid[oa]|lesionad[oa]|lesión|sangr\p{L}+|se incendió|en llamas|echa humo|descarga eléctrica|me quem[éo]|quemadura|hospital|explotó|intoxic\p{L}+)/u,
	/\b(?:ferit[oa]|infortunio|sanguin\p{L}+|preso fuoco|in fiamme|fumo dal|scossa elettrica|ustion\p{L}+|bruciat[oa] (?:la|il|le)|ospedale|esplos[oa]|intossica\p{L}+)/u,
	/\b(?:ferid[oa]|ferimento|sangrar|pegou fogo|em chamas|deita fumo|choque elétrico|choque eléctrico|queimei|queimadura|hospital|explodiu|intoxica\p{L}+)/u,
	/\b(?:gewond|verwond\w*|bloedt|vlam gevat|in brand|rook uit|elektrische schok|verbrand|brandwond\w*|ziekenhuis|ontploft|vergiftig\w*)\b/u,
	/(?:zranił|skaleczył|ranny|ranna|krwaw|zapalił się|w ogniu|dymi|poraził|oparzył|szpital|wybuchł|zatru)/u,
	/(?:yaraland|kanıyor|alev aldı|yangın|duman çık|elektrik çarp|yandım|hastane|patladı|zehirlen)/u,
	/(?:أصيب|إصابة|اصيب|جرح|ينزف|احترق|حريق|دخان|صعقة|كهرباء صعق|مستشفى|انفجر|تسمم)/u,
	/(?:נפצע|פציעה|מדמם|עלה באש|נשרף|עשן יוצא|התחשמל|כוויה|בית חולים|התפוצץ|הרעלה)/u,
];

/**
 * Questions about a product that contain words of an accident, such as "is this pan safe on fire" and "smoke detector".
 * They are no reason to call a person.
 */
const PRODUCT_QUESTION_PATTERN =
	/^(?:is|are|can|does|do|will|would|how|what|which)\b(?!.*\b(?:i|my|me|he|she|his|her|we|our|child|son|daughter|baby|dog|cat)\b.{0,80}\b(?:got|was|were|burn|hurt|cut|injur|hospital|shock))/;

const normalise = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/[’‘`]/g, "'");

export const mentionsLegalAction = (text: string): boolean =>
	LEGAL_PATTERNS.some((pattern) => pattern.test(normalise(text)));

export function mentionsInjuryOrDanger(text: string): boolean {
	const plain = normalise(text);
	return SAFETY_PATTERNS.some((pattern) => pattern.test(plain)) && !PRODUCT_QUESTION_PATTERN.test(plain);
}

/**
 * Finds the owner's first topic of which a word is in the text, as a whole word in upper or lower case.
 * @returns the topic's name.
 */
export function findOwnerTopic(text: string, topics: { name: string; words: string[] }[]): string | null {
	const plain = normalise(text);
	const touches = (word: string) => {
		const wanted = normalise(word)
			.trim()
			.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
		return new RegExp(`(?<![\\p{L}\\p{N}])${wanted}(?![\\p{L}\\p{N}])`, "u").test(plain);
	};
	return topics.find(({ words }) => words.some(touches))?.name ?? null;
}
