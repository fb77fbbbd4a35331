import { languageNameIn, primaryLanguage } from "#app/text/language-tag.ts";
import { findOtherLanguage } from "../language/detect-language.server.ts";
import { withoutProductNames } from "../language/product-names.server.ts";

/** The model writes in another language than the customer's. */
export class WrongLanguage extends Error {
	constructor(readonly language: string) {
		super(`The reply is in another language: ${language}.`);
		this.name = "WrongLanguage";
	}
}

/**
 * Characters from which on a text tells its language: of 116 English passages and 113 texts in ten other languages
 * none was taken for another at this length, nor at 40; docs/decisions/018.
 */
const TELLING_LENGTH = 60;
/** A list of names is long and says nothing. */
const TELLING_WORDS = 8;

/**
 * Watches in which language a model writes, on this machine alone and beside the stream: words are shown as they
 * come, and taken back when they turn out to be in the wrong language.
 */
export class LanguageWatch {
	readonly #expected: string | null;
	readonly #question: string;
	#begun: Promise<void> | null = null;
	#found: string | null = null;

	/** @param answerLanguage the language that the reply should have; null turns the check off. */
	constructor(answerLanguage: string | null, question: string) {
		this.#expected = answerLanguage;
		this.#question = question;
	}

	/**
	 * Looks once at the beginning of a reply, as soon as it tells. @param text all of the reply so far.
	 * @throws WrongLanguage, with one of the next pieces.
	 */
	heed(text: string): void {
		if (this.#found) throw new WrongLanguage(this.#found);
		if (this.#begun || text.length < TELLING_LENGTH) return;
		this.#begun = this.otherLanguageOf(text).then(
			(language) => {
				this.#found = language;
			},
			() => {},
		);
	}

	/** The language a text is in, when that is surely not the customer's, and not one they asked for; else null. */
	async otherLanguageOf(text: string): Promise<string | null> {
		if (!this.#expected || text.length < TELLING_LENGTH) return null;
		if ((text.match(/\p{L}+/gu)?.length ?? 0) < TELLING_WORDS) return null;
		const found = await findOtherLanguage(this.#expected, await withoutProductNames(text));
		return found && !this.#isAskedFor(found) ? found : null;
	}

	/** "Bitte auf Englisch": whoever names a language may mean that. Endings differ from case to case. */
	#isAskedFor(language: string): boolean {
		const question = fold(this.#question);
		const names = ["en", this.#expected ?? "en", language].map((one) =>
			fold(languageNameIn(primaryLanguage(language), one)),
		);
		return names.some((name) => question.includes(name.slice(0, Math.max(4, name.length - 2))));
	}
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
