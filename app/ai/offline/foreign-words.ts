import { languageNameIn, textLanguage } from "#app/text/language-tag.ts";

/** Sentences about texts in another language than the customer's. */
type ForeignWords = {
	/** The text that follows is in that language. */
	only: (language: string) => string;
	/** An article in that language is about the question; its text follows. */
	article: (link: string, language: string) => string;
	/** The help articles are in those languages. */
	articles: (languages: string) => string;
};

const WORDS: Record<string, ForeignWords> = {
	en: {
		only: (language) => `This information is only available in ${language}:`,
		article: (link, language) => `Our article ${link} (in ${language}) is about this:`,
		articles: (languages) => `Our help pages are only available in ${languages}.`,
	},
	de: {
		only: (language) => `Diese Information gibt es nur auf ${language}:`,
		article: (link, language) => `Dazu passt unser Artikel ${link} (auf ${language}):`,
		articles: (languages) => `Unsere Hilfeseiten gibt es nur auf ${languages}.`,
	},
	fr: {
		only: (language) => `Cette information n'est disponible qu'en ${language} :`,
		article: (link, language) => `Notre article ${link} (en ${language}) en parle :`,
		articles: (languages) => `Nos pages d'aide ne sont disponibles qu'en ${languages}.`,
	},
	es: {
		only: (language) => `Esta información solo está disponible en ${language}:`,
		article: (link, language) => `Nuestro artículo ${link} (en ${language}) trata de esto:`,
		articles: (languages) => `Nuestras páginas de ayuda solo están disponibles en ${languages}.`,
	},
	it: {
		only: (language) => `Questa informazione è disponibile solo in ${language}:`,
		article: (link, language) => `Ne parla il nostro articolo ${link} (in ${language}):`,
		articles: (languages) => `Le nostre pagine di aiuto sono disponibili solo in ${languages}.`,
	},
	nl: {
		only: (language) => `Deze informatie is er alleen in het ${language}:`,
		article: (link, language) => `Daarover gaat ons artikel ${link} (in het ${language}):`,
		articles: (languages) => `Onze hulppagina's zijn er alleen in het ${languages}.`,
	},
	pt: {
		only: (language) => `Esta informação só está disponível em ${language}:`,
		article: (link, language) => `O nosso artigo ${link} (em ${language}) fala disso:`,
		articles: (languages) => `As nossas páginas de ajuda só estão disponíveis em ${languages}.`,
	},
	pl: {
		only: (language) => `Ta informacja jest dostępna tylko w tym języku: ${language}.`,
		article: (link, language) => `Pisze o tym nasz artykuł ${link} (język: ${language}):`,
		articles: (languages) => `Nasze strony pomocy są dostępne tylko w tym języku: ${languages}.`,
	},
	tr: {
		only: (language) => `Bu bilgi yalnızca şu dilde mevcut: ${language}.`,
		article: (link, language) => `Bu konuyu şu yazımız anlatıyor: ${link} (${language}).`,
		articles: (languages) => `Yardım sayfalarımız yalnızca şu dilde mevcut: ${languages}.`,
	},
	ar: {
		only: (language) => `هذه المعلومات متوفرة بهذه اللغة فقط: ${language}.`,
		article: (link, language) => `تجد ذلك في مقالنا ${link} (اللغة: ${language}):`,
		articles: (languages) => `صفحات المساعدة لدينا متوفرة بهذه اللغة فقط: ${languages}.`,
	},
	he: {
		only: (language) => `המידע הזה זמין רק בשפה הזאת: ${language}.`,
		article: (link, language) => `המאמר שלנו ${link} (שפה: ${language}) עוסק בכך:`,
		articles: (languages) => `דפי העזרה שלנו זמינים רק בשפה הזאת: ${languages}.`,
	},
	ru: {
		only: (language) => `Эта информация есть только на этом языке: ${language}.`,
		article: (link, language) => `Об этом наша статья ${link} (язык: ${language}):`,
		articles: (languages) => `Наши страницы помощи есть только на этом языке: ${languages}.`,
	},
	ja: {
		only: (language) => `この情報は${language}のみです。`,
		article: (link, language) => `こちらの記事をご覧ください：${link}（${language}）`,
		articles: (languages) => `ヘルプページは${languages}のみです。`,
	},
	zh: {
		only: (language) => `以下信息只有${language}版本：`,
		article: (link, language) => `请参阅我们的文章 ${link}（${language}）：`,
		articles: (languages) => `我们的帮助页面只有${languages}版本。`,
	},
	"zh-Hant": {
		only: (language) => `以下資訊只有${language}版本：`,
		article: (link, language) => `請參閱我們的文章 ${link}（${language}）：`,
		articles: (languages) => `我們的說明頁面只有${languages}版本。`,
	},
};

/** The language of the assistant's fixed texts for a customer's language: the same one, otherwise English. */
export const ownWordsIn = (language: string): string => {
	const own = textLanguage(language);
	return WORDS[own] ? own : "en";
};

const wordsIn = (language: string): ForeignWords => WORDS[ownWordsIn(language)]!;

/** The sentence, in the customer's language, that the next text is in another language. */
export const onlyIn = (other: string, language: string): string =>
	wordsIn(language).only(languageNameIn(other, ownWordsIn(language)));

/** Says, in the customer's language, that an article in another language is about the question. Markdown, with a link. */
export const articleIn = (
	{ title, url }: { title: string; url: string },
	other: string,
	language: string,
): string =>
	wordsIn(language).article(
		`[${title.replace(/[[\]]/g, "")}](${url})`,
		languageNameIn(other, ownWordsIn(language)),
	);

/** The sentence, in the customer's language, that names the languages of the articles. */
export const articlesOnlyIn = (others: string[], language: string): string =>
	wordsIn(language).articles(others.map((other) => languageNameIn(other, ownWordsIn(language))).join(", "));
