/** An occurrence of a lexeme in a text: its position in words, and its field. */
export type Occurrence = { position: number; field: Field };
/** A passage's title, heading or body: the weight letters A, B and C (or none) of a Postgres tsvector. */
type Field = "A" | "B" | "C";
/** A text after stemming by Postgres: stems without stop words, with their positions. */
export type TextVector = Map<string, Occurrence[]>;

const LEXEME = /'((?:[^']|'')*)'(?::([0-9A-D,]+))?/g;

/** Parses the text form of a tsvector, such as `'clean':3A,9 'filter':2A`. Postgres caps positions at 16,383. */
export function parseTextVector(text: string): TextVector {
	const vector: TextVector = new Map();
	for (const [, quoted = "", places = ""] of text.matchAll(LEXEME)) {
		const occurrences = places
			.split(",")
			.filter(Boolean)
			.map((place): Occurrence => {
				const letter = place.at(-1);
				return {
					position: Number.parseInt(place, 10),
					field: letter === "A" || letter === "B" ? letter : "C",
				};
			});
		vector.set(quoted.replaceAll("''", "'").replaceAll("\\\\", "\\"), occurrences);
	}
	return vector;
}

/** A word or phrase as stems, each with its distance from the first. */
export type StemPhrase = { stem: string; offset: number }[];

/** The stems of a phrase as one text, for comparisons. */
export const phraseKey = (phrase: StemPhrase): string => phrase.map(({ stem }) => stem).join(" ");

/** The stems of a word or phrase in order. Empty when it has only stop words. */
export function phraseOf(vector: TextVector): StemPhrase {
	const stems = [...vector].flatMap(([stem, places]) =>
		places.map((place) => ({ stem, position: place.position })),
	);
	stems.sort((a, b) => a.position - b.position);
	const first = stems[0]?.position ?? 0;
	return stems.map(({ stem, position }) => ({ stem, offset: position - first }));
}

/** The occurrences of a phrase in a text, by its first word. */
export function occurrencesOf(phrase: StemPhrase, vector: TextVector): Occurrence[] {
	const [first, ...others] = phrase;
	if (!first) return [];
	const starts = vector.get(first.stem) ?? [];
	if (others.length === 0) return starts;
	return starts.filter((start) =>
		others.every(({ stem, offset }) =>
			vector.get(stem)?.some((place) => place.position === start.position + offset),
		),
	);
}

/** The phrase as a Postgres tsquery, such as `'send' <1> 'back'`. */
export function phraseQuery(phrase: StemPhrase): string {
	let query = "";
	let before = 0;
	for (const { stem, offset } of phrase) {
		const quoted = `'${stem.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
		query += query ? ` <${offset - before}> ${quoted}` : quoted;
		before = offset;
	}
	return query;
}
