/**
 * The commonest ways of asking for a person in the languages besides English, by language. They are held against
 * a text in lower case without punctuation. Scripts that `\b` does not know stand without it.
 */
export const ASKING_IN: Record<string, RegExp[]> = {
	de: [
		/\b(?:mit|zu) (?:einem|einer|jemandem?|nem|ner|dem|der|ihrem|einen)?\s?(?:echten |richtigen |realen |anderen |lebenden )?(?:mensch(?:en)?|person|mitarbeiter(?:in)?|kollegen|kollegin|berater(?:in)?|jemandem?|kundenberater(?:in)?|kundenservice|support)\b.*\b(?:sprechen|reden|chatten|verbinden|verbunden|schreiben|kontakt)/,
		/\b(?:sprechen|reden|verbinden)\b.*\b(?:mensch(?:en)?|mitarbeiter(?:in)?|jemandem?|echten person)\b/,
		/\b(?:echte[rn]?|richtige[rn]?) (?:mensch|person)\b|\bmenschliche[rn]? (?:mitarbeiter|ansprechpartner|hilfe|unterstützung)\b|^(?:mensch|mitarbeiter|kundenberater)(?: bitte)?$/,
	],
	fr: [
		/\b(?:parler|discuter|échanger|echanger|contacter|joindre|connecter|transférer|transferer|mettre en relation|passer)\b.{0,20}\b(?:humain|personne|conseill(?:er|ère|ere)|agent|quelquun|opérateur|operateur|responsable|vrai|service client)\b/,
		/\b(?:vraie personne|être humain|etre humain|un humain|un conseiller|une conseillère|un agent)\b.{0,20}\b(?:svp|sil vous plait|sil vous plaît|maintenant)?$/,
	],
	es: [
		/\b(?:hablar|habla|hablo|chatear|conversar|contactar|comunicar|comuníquenme|comuniqueme|comunicarme|pásame|pasame|páseme|conectar|transferir)\b.{0,20}\b(?:humano|humana|persona|agente|alguien|asesor|asesora|operador|operadora|representante|encargado)\b/,
		/\b(?:quiero|necesito|póngame|pongame)\b.{0,20}\b(?:humano|persona real|agente|representante|asesor)\b/,
	],
	it: [
		/\b(?:parlare|parla|parlo|chattare|contattare|mettermi in contatto|passami|passatemi|collegarmi|trasferire)\b.{0,25}\b(?:umano|umana|persona|operatore|operatrice|qualcuno|agente|addetto|consulente|responsabile)\b/,
		/\b(?:voglio|vorrei|ho bisogno di|serve)\b.{0,20}\b(?:operatore|umano|persona reale|persona vera|agente umano)\b/,
	],
	pt: [
		/\b(?:falar|falo|fala|conversar|contatar|contactar|conectar|transferir|transfere|passar)\b.{0,25}\b(?:humano|humana|pessoa|atendente|alguém|alguem|agente|operador|operadora|representante|funcionário|funcionario|assistente)\b/,
		/\b(?:quero|preciso|gostaria)\b.{0,20}\b(?:atendente|humano|pessoa real|agente humano)\b/,
	],
	nl: [
		/\b(?:praten|spreken|chatten|verbinden|verbonden|doorverbinden|contact)\b.{0,20}\b(?:mens|persoon|medewerker|iemand|collega|agent|klantenservice)\b/,
		/\b(?:mens|persoon|medewerker|iemand|collega|echt persoon)\b.{0,30}\b(?:praten|spreken|chatten|verbinden|doorverbinden|verbonden)\b|^(?:medewerker|mens)(?: alstublieft| aub| graag)?$/,
	],
	pl: [
		/\b(?:rozmawiać|porozmawiać|pogadać|pomówić|połączyć|połącz|połączcie|skontaktować|przełączyć|przełącz|przekieruj|czat)\S*.{0,25}(?:człowiek|osob|konsultant|pracownik|agent|doradc|obsług|kimś|żyw)/u,
		/(?:potrzebuję|chcę|chciał[ab]?ym|poproszę|proszę|dajcie mi|daj mi).{0,20}(?:człowieka|prawdziw\S+ osob|żyw\S+ osob|konsultant|pracownik|doradc|agenta)/u,
		/^(?:człowiek|konsultant|konsultanta|żywy człowiek|doradca)(?: proszę)?$/u,
	],
	tr: [
		/(?:insan|biri|birisi|temsilci|yetkili|görevli|operatör|danışman|canlı destek|gerçek kişi|çalışan|müşteri hizmetleri)\S*(?: \S+){0,3} (?:konuş|görüş|bağla|yazış|aktar|iletişim|ulaş)\S*/u,
		/(?:müşteri temsilci|canlı destek|gerçek (?:bir )?(?:insan|kişi)|yetkili (?:biri|bir kişi)|temsilci|operatör)\S*(?: \S+){0,2} (?:istiyorum|lütfen|lazım|ihtiyacım|rica)\S*/u,
		/^(?:insan|temsilci|müşteri temsilcisi|canlı destek|yetkili|operatör)(?: lütfen)?$/u,
	],
	ar: [
		/(?:أتحدث|اتحدث|التحدث|أتكلم|اتكلم|التكلم|أكلم|اكلم|تحويلي|حولني|حوّلني|وصلني|توصيلي|التواصل|أتواصل|اتواصل|التحدّث).{0,20}(?:شخص|إنسان|انسان|موظف|ممثل|وكيل|أحد|احد|مندوب|مسؤول|خدمة العملاء)/u,
		/(?:أريد|اريد|أحتاج|احتاج|عايز|بدي|ابغى|أبغى|أرغب).{0,15}(?:شخص حقيقي|شخصا حقيقيا|إنسان|انسان|موظف|ممثل|مندوب)/u,
		/^(?:موظف|إنسان|انسان|شخص حقيقي|ممثل خدمة العملاء)(?: من فضلك| لو سمحت)?$/u,
	],
	he: [
		/(?:לדבר|לשוחח|להתכתב|להעביר|תעביר|תעבירו|העבירו|לחבר|תחבר|תחברו|שיחה|ליצור קשר).{0,15}(?:אדם|בן אדם|בנאדם|נציג|מישהו|אנושי|שירות לקוחות|אנוש)/u,
		/(?:רוצה|צריך|צריכה|מבקש|מבקשת|אפשר|תנו לי).{0,10}(?:נציג|אדם אמיתי|בן אדם|בנאדם|מענה אנושי|מישהו אמיתי)/u,
		/^(?:נציג|נציגה|אדם|בן אדם|מענה אנושי|נציג אנושי)(?: בבקשה)?$/u,
	],
};
