import { languageNameIn, primaryLanguage } from "#app/text/language-tag.ts";
import { findOtherLanguage } from "../language/detect-language.server.ts";
import { withoutProductNames } from "../language/product-names.server.ts";

/** Error: the model's reply is not in the customer's language. */
export class WrongLanguage extends Error {
	constructor(readonly language: string) {
		super(`The reply is in another language: ${language}.`);
		this.name = "WrongLanguage";
	}
}

/**
 * Smallest length of a reply whose language is checked, in characters. Of 116 English passages and 113 texts in ten
 * other languages, none was mistaken at this length, nor at 40 characters (docs/decisions/018).
 */
const MIN_CHARACTERS = 60;
/**
 * Smallest number of words in a reply whose language is checked. A list of names may be long and still shows no
 * language.
 */
const MIN_WORDS = 8;

/**
 * Checks the language of a model's reply while the reply streams. The text is shown at once, and removed when the check
 * finds the wrong language. The check uses no model.
 */
export class ReplyLanguageCheck {
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
	 * Starts the language check once the text is long enough.
	 * @param text the whole reply so far.
	 * @throws WrongLanguage at a later call, when the check found another language.
	 */
	checkBeginning(text: string): void {
		if (this.#found) throw new WrongLanguage(this.#found);
		if (this.#begun || text.length < MIN_CHARACTERS) return;
		this.#begun = this.findOtherLanguageOf(text).then(
			(language) => {
				this.#found = language;
			},
			() => {},
		);
	}

	/**
	 * The language of a text when it is certainly not the customer's language and the question does not name it; else
	 * null.
	 */
	async findOtherLanguageOf(text: string): Promise<string | null> {
		if (!this.#expected || text.length < MIN_CHARACTERS) return null;
		if ((text.match(/\p{L}+/gu)?.length ?? 0) < MIN_WORDS) return null;
		const found = await findOtherLanguage(this.#expected, await withoutProductNames(text));
		return found && !this.#isAskedFor(found) ? found : null;
	}

	/**
	 * Whether the question names a language ("Bitte auf Englisch"), which may be a request to answer in it. The last
	 * letters of the name are ignored, because endings vary.
	 */
	#isAskedFor(language: string): boolean {
		const question = foldAccents(this.#question);
		const names = ["en", this.#expected ?? "en", language].map((one) =>
			foldAccents(languageNameIn(primaryLanguage(language), one)),
		);
		return names.some((name) => question.includes(name.slice(0, Math.max(4, name.length - 2))));
	}
}

const foldAccents = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
