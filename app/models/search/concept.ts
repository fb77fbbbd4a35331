const words = (text: string) => text.trim().split(/\s+/);

export type Concept = {
	/** Words and phrases that mean the same; a phrase is found in questions and in texts. */
	words: string[];
	/** Text of this form matches too: a price answers "how much" without the word "price". */
	pattern?: RegExp;
	/** Phrases of a question that ask for this concept. */
	asks?: RegExp;
	/** Weight of a synonym match, from 0 to 1 (default 0.9). */
	synonymWeight?: number;
	/** A rule of the store that applies to every product, so that a passage need not name the product. */
	isPolicy?: boolean;
};

/** Creates a concept from a line of words; `_` joins the words of a phrase. */
export function concept(line: string, rest: Omit<Concept, "words"> = {}): Concept {
	return { words: words(line).map((word) => word.replaceAll("_", " ")), ...rest };
}
