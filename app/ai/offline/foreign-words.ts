import { languageNameIn, textLanguage } from "#app/text/language-tag.ts";

/** What is said before text that stands in another language than the customer's, and where there is none. */
type ForeignWords = {
	/** The text that follows is in that language. */
	only: (language: string) => string;
	/** The help articles are in those languages. */
	articles: (languages: string) => string;
};

const WORDS: Record<string, ForeignWords> = {
	en: {
		only: (language) => `This information is only available in ${language}:`,
		articles: (languages) => `Our help pages are only available in ${languages}.`,
	},
	de: {
		only: (language) => `Diese Information gibt es nur auf ${language}:`,
		articles: (languages) => `Unsere Hilfeseiten gibt es nur auf ${languages}.`,
	},
	fr: {
		only: (language) => `Cette information n'est disponible qu'en ${language} :`,
		articles: (languages) => `Nos pages d'aide ne sont disponibles qu'en ${languages}.`,
	},
	es: {
		only: (language) => `Esta información solo está disponible en ${language}:`,
		articles: (languages) => `Nuestras páginas de ayuda solo están disponibles en ${languages}.`,
	},
	it: {
		only: (language) => `Questa informazione è disponibile solo in ${language}:`,
		articles: (languages) => `Le nostre pagine di aiuto sono disponibili solo in ${languages}.`,
	},
	nl: {
		only: (language) => `Deze informatie is er alleen in het ${language}:`,
		articles: (languages) => `Onze hulppagina's zijn er alleen in het ${languages}.`,
	},
	pt: {
		only: (language) => `Esta informação só está disponível em ${language}:`,
		articles: (languages) => `As nossas páginas de ajuda só estão disponíveis em ${languages}.`,
	},
	pl: {
		only: (language) => `Ta informacja jest dostępna tylko w tym języku: ${language}.`,
		articles: (languages) => `Nasze strony pomocy są dostępne tylko w tym języku: ${languages}.`,
	},
	tr: {
		only: (language) => `Bu bilgi yalnızca şu dilde mevcut: ${language}.`,
		articles: (languages) => `Yardım sayfalarımız yalnızca şu dilde mevcut: ${languages}.`,
	},
	ar: {
		only: (language) => `هذه المعلومات متوفرة بهذه اللغة فقط: ${language}.`,
		articles: (languages) => `صفحات المساعدة لدينا متوفرة بهذه اللغة فقط: ${languages}.`,
	},
	he: {
		only: (language) => `המידע הזה זמין רק בשפה הזאת: ${language}.`,
		articles: (languages) => `דפי העזרה שלנו זמינים רק בשפה הזאת: ${languages}.`,
	},
	ru: {
		only: (language) => `Эта информация есть только на этом языке: ${language}.`,
		articles: (languages) => `Наши страницы помощи есть только на этом языке: ${languages}.`,
	},
	ja: {
		only: (language) => `この情報は${language}のみです。`,
		articles: (languages) => `ヘルプページは${languages}のみです。`,
	},
	zh: {
		only: (language) => `以下信息只有${language}版本：`,
		articles: (languages) => `我们的帮助页面只有${languages}版本。`,
	},
	"zh-Hant": {
		only: (language) => `以下資訊只有${language}版本：`,
		articles: (languages) => `我們的說明頁面只有${languages}版本。`,
	},
};

/** The language of the assistant's own words for a customer's language: that one, else English. */
export const ownWordsIn = (language: string): string => {
	const own = textLanguage(language);
	return WORDS[own] ? own : "en";
};

const wordsIn = (language: string): ForeignWords => WORDS[ownWordsIn(language)]!;

/** Says, in the customer's language, in which other one the text that follows is. */
export const onlyIn = (other: string, language: string): string =>
	wordsIn(language).only(languageNameIn(other, ownWordsIn(language)));

/** Says, in the customer's language, which languages there are articles in. */
export const articlesOnlyIn = (others: string[], language: string): string =>
	wordsIn(language).articles(others.map((other) => languageNameIn(other, ownWordsIn(language))).join(", "));
