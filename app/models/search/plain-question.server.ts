import { stemTexts } from "./stems.server.ts";
import { newTerm, type Term } from "./term.ts";
import { phraseOf } from "./text-vector.ts";

/** Words that frame a question in a language, in addition to Postgres's stop words. */
const FRAME_WORDS_BY_LANGUAGE: Record<string, string> = {
	german:
		"hallo guten tag bitte danke kann kannst können könnte könnten darf möchte will wollen würde gibt geht gehen wie was wann wo wer welche welcher welches warum wieso lange viel viele ihr ihre euch eure euer sie mir mich mein meine meinen meiner meinem muss müssen soll noch eigentlich etwas wissen sagen machen haben hat habe bieten",
	french:
		"bonjour salut merci svp plaît peux peut puis pouvez pourrais pourriez voudrais veux faut faire fait est-ce comment quand combien où quel quelle quels quelles pourquoi temps avez vous votre vos mon ma mes savoir dire proposez",
	spanish:
		"hola buenos días gracias favor puedo puede pueden podría podrían quiero quisiera cómo cuándo cuánto cuánta cuántos dónde qué cuál cuáles hay tiempo tienen tienes ustedes hacer saber decir tengo ofrecen",
	italian:
		"ciao buongiorno salve grazie favore posso può potete potrei vorrei voglio come quando quanto quanti quanta dove cosa quale quali perché tempo avete fare sapere dire ho offrite",
	portuguese:
		"olá oi bom dia obrigado obrigada favor posso pode podem poderia quero gostaria como quando quanto quantos onde qual quais tempo vocês têm tem fazer saber dizer tenho oferecem",
	dutch:
		"hallo hoi goedendag dank bedankt graag kan kun kunnen kunt mag wil zou hoe wat wanneer waar wie welke waarom lang veel hoeveel jullie moet moeten heb heeft hebben doen weten zeggen bieden",
};

const frameWords = new Map(
	Object.entries(FRAME_WORDS_BY_LANGUAGE).map(
		([config, words]) => [config, new Set(words.split(" "))] as const,
	),
);

/** Maximum number of words of a question that are read. */
const MAX_WORDS = 60;

/**
 * The terms of a question in any language: its words without those that frame it. Phrases, synonyms and answer types
 * exist in English only.
 */
export async function readPlainQuestion(text: string, config: string): Promise<Term[]> {
	const frame = frameWords.get(config);
	const words = text
		.normalize("NFC")
		.toLowerCase()
		.replace(/[’‘`]/g, "'")
		.split(/[^\p{L}\p{M}\p{N}'-]+/u)
		// Removes elided articles: "L'article" is about an article.
		.map((word) => word.replace(/^(?:[cdjlmnst]|qu)'/, "").replace(/^[-']+|(?<![-'])[-']+$/g, ""))
		.filter((word) => word && !frame?.has(word))
		.slice(0, MAX_WORDS);
	const vectors = await stemTexts(words, config);
	const seen = new Set<string>();
	return words.flatMap((word, i) => {
		const phrase = phraseOf(vectors[i] ?? new Map());
		const key = phrase.map(({ stem }) => stem).join(" ");
		if (!key || seen.has(key)) return [];
		seen.add(key);
		return [newTerm({ label: word, weight: 1, alternatives: [{ phrase, matchWeight: 1 }] })];
	});
}
