/** Where a lexeme stands in a text: its place in word counts, and the field it belongs to. */
export type Occurrence = { position: number; field: Field };
/** A passage's title, its heading, its body: the weight letters A, B and C (or none) of a Postgres tsvector. */
type Field = "A" | "B" | "C";
/** A text as Postgres's English configuration sees it: stems without stop words, with their places. */
export type TextVector = Map<string, Occurrence[]>;

const LEXEME = /'((?:[^']|'')*)'(?::([0-9A-D,]+))?/g;

/** Reads the text form of a tsvector, such as `'clean':3A,9 'filter':2A`. Positions above 16,383 are lost in it. */
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

/** A word or phrase in stems, each with its distance from the first. */
export type StemPhrase = { stem: string; offset: number }[];

/** Writes the stems of a word or phrase in the order they were said. Empty for stop words alone. */
export function phraseOf(vector: TextVector): StemPhrase {
	const stems = [...vector].flatMap(([stem, places]) =>
		places.map((place) => ({ stem, position: place.position })),
	);
	stems.sort((a, b) => a.position - b.position);
	const first = stems[0]?.position ?? 0;
	return stems.map(({ stem, position }) => ({ stem, offset: position - first }));
}

/** Where the phrase stands in the text, by its first word. */
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

/** The phrase in Postgres's tsquery notation, such as `'send' <1> 'back'`. */
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
