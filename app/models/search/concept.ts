const words = (text: string) => text.trim().split(/\s+/);

export type Concept = {
	/** Words and phrases that mean the same; a phrase is recognised in questions and in texts. */
	words: string[];
	/** Also met by text of this form: a price answers "how much" without the word "price". */
	pattern?: RegExp;
	/** Phrases of a question that ask for this concept. */
	asks?: RegExp;
	/** A weaker kinship: met for this share of a word (default 0.9). */
	kinship?: number;
	/** A rule of the store that holds for whatever was bought, so that the thing itself need not be named in it. */
	isPolicy?: boolean;
};

/** A concept from a line of words; `_` joins the words of a phrase. */
export function concept(line: string, rest: Omit<Concept, "words"> = {}): Concept {
	return { words: words(line).map((word) => word.replaceAll("_", " ")), ...rest };
}
