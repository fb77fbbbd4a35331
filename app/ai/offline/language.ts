/** Words that are common in one language and rare in the others: enough to tell a support question's language. */
const TELLING: Record<string, string> = {
	en: "the is are my you your where what when how do does can could please with for order have has not i and it to of this was will would want need thanks hello hi",
	de: "der die das ist sind mein meine meinen ich sie ihr wo was wann wie kann bitte mit für bestellung habe hat nicht und es zu von wird möchte danke hallo eine einen ein auch noch",
	fr: "le la les est sont mon ma mes je vous votre où quand comment peux puis pouvez avec pour commande ai pas et il de des une un ce sera voudrais merci bonjour quel quelle du au",
	es: "el la los las es son mi mis yo usted su dónde donde qué cuándo cuando cómo como puedo por favor con para pedido tengo no y lo de una un está quiero gracias hola del al",
	it: "il lo la gli le è sono mio mia io lei suo dove cosa quando come posso per favore con ordine ho non e di del della una un questo vorrei grazie ciao che",
	pt: "o os as é são meu minha eu você seu onde que quando como posso por favor com para pedido tenho não e de do da uma um está quero obrigado obrigada olá oi",
	nl: "de het een is zijn mijn ik u uw waar wat wanneer hoe kan alstublieft met voor bestelling heb heeft niet en van deze zal wil graag bedankt dank hallo naar",
	pl: "jest są mój moja moje moją mnie gdzie co kiedy jak czy mogę proszę dla zamówienie mam nie to ze od się chcę dziękuję dzień dobry cześć jaki jaka na do i",
	tr: "bir ve bu ne nerede ne zaman nasıl mı mi mu var yok benim siparişim siparişimi için ile lütfen istiyorum teşekkürler merhaba değil olarak kargo iade",
};

/** A script that tells the language by itself. */
const SCRIPTS: [RegExp, string][] = [
	[/\p{Script=Arabic}/gu, "ar"],
	[/\p{Script=Hebrew}/gu, "he"],
];

const WORDS = Object.entries(TELLING).map(
	([language, words]) => [language, new Set(words.split(" "))] as const,
);

/**
 * Guesses the language of a question from its small words.
 * @param fallback returned when the words do not tell, as in an order number alone.
 * @returns a BCP 47 language: en, de, fr, es, it, pt, nl, pl, tr, ar or he, or the fallback.
 */
export function guessLanguage(text: string, fallback: string): string {
	const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
	const letters = text.match(/\p{L}/gu)?.length ?? 0;
	for (const [script, language] of SCRIPTS) {
		if ((text.match(script)?.length ?? 0) * 2 > letters) return language;
	}
	let best = { language: fallback, count: 0 };
	let english = 0;
	for (const [language, telling] of WORDS) {
		const count = words.filter((word) => telling.has(word)).length;
		if (language === "en") english = count;
		if (count > best.count) best = { language, count };
	}
	// One small word in common is chance ("die", "was"): another language needs two, and more than English has.
	if (best.language !== "en" && (best.count < 2 || best.count <= english))
		return english > 0 ? "en" : fallback;
	return best.language;
}
