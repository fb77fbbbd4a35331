import { nameOf, primaryLanguage } from "#app/text/language-tag.ts";

/** What is said before text that stands in another language than the customer's, and where there is none. */
type ForeignWords = {
	/** The text that follows is in that language. */
	only: (language: string) => string;
	/** The help articles are in those languages. */
	articles: (languages: string) => string;
};

const WORDS: Record<string, ForeignWords> = {
	en: {
		only: (language) => `I have this only in ${language}:`,
		articles: (languages) => `Our help pages are only in ${languages}.`,
	},
	de: {
		only: (language) => `Das habe ich nur in dieser Sprache: ${language}.`,
		articles: (languages) => `Unsere Hilfeseiten gibt es nur in dieser Sprache: ${languages}.`,
	},
	fr: {
		only: (language) => `Je n'ai cela que dans cette langue : ${language}.`,
		articles: (languages) => `Nos pages d'aide n'existent que dans cette langue : ${languages}.`,
	},
	es: {
		only: (language) => `Esto solo lo tengo en este idioma: ${language}.`,
		articles: (languages) => `Nuestras páginas de ayuda solo existen en este idioma: ${languages}.`,
	},
	it: {
		only: (language) => `Ho questo testo solo in questa lingua: ${language}.`,
		articles: (languages) => `Le nostre pagine di aiuto esistono solo in questa lingua: ${languages}.`,
	},
	nl: {
		only: (language) => `Dit heb ik alleen in deze taal: ${language}.`,
		articles: (languages) => `Onze hulppagina's zijn er alleen in deze taal: ${languages}.`,
	},
	pt: {
		only: (language) => `Só tenho isto nesta língua: ${language}.`,
		articles: (languages) => `As nossas páginas de ajuda só existem nesta língua: ${languages}.`,
	},
	pl: {
		only: (language) => `Mam to tylko w tym języku: ${language}.`,
		articles: (languages) => `Nasze strony pomocy są tylko w tym języku: ${languages}.`,
	},
	tr: {
		only: (language) => `Bu bilgi bende yalnızca şu dilde var: ${language}.`,
		articles: (languages) => `Yardım sayfalarımız yalnızca şu dilde: ${languages}.`,
	},
	ar: {
		only: (language) => `هذا متوفر لدي بهذه اللغة فقط: ${language}.`,
		articles: (languages) => `صفحات المساعدة لدينا متوفرة بهذه اللغة فقط: ${languages}.`,
	},
	he: {
		only: (language) => `זה קיים אצלי רק בשפה הזאת: ${language}.`,
		articles: (languages) => `דפי העזרה שלנו קיימים רק בשפה הזאת: ${languages}.`,
	},
};

/** The language of the assistant's own words for a customer's language: that one, else English. */
export const ownWordsIn = (language: string): string => {
	const primary = primaryLanguage(language);
	return WORDS[primary] ? primary : "en";
};

const wordsIn = (language: string): ForeignWords => WORDS[ownWordsIn(language)]!;

/** Says, in the customer's language, in which other one the text that follows is. */
export const onlyIn = (other: string, language: string): string =>
	wordsIn(language).only(nameOf(other, ownWordsIn(language)));

/** Says, in the customer's language, which languages there are articles in. */
export const articlesOnlyIn = (others: string[], language: string): string =>
	wordsIn(language).articles(others.map((other) => nameOf(other, ownWordsIn(language))).join(", "));
