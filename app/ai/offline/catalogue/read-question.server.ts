import {
	MAX_SEARCH_WORDS,
	type ProductFilter,
	type SearchWord,
	splitWords,
	withNameAlternatives,
} from "#app/models/product/search.server.ts";
import { listStems } from "#app/models/search/known-stems.server.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import { isTypoOf } from "#app/models/search/typos.ts";
import { type Amount, type AskedFact, readLimits } from "./read-limits.ts";
import {
	ASKING_WORDS,
	COLOURS,
	EVERYTHING,
	FACTS,
	has,
	IN_STOCK,
	KINDS,
	LIMITS,
	LISTS,
	OWN,
	PLAIN,
	QUESTIONS,
	SERVICE,
	SORTS,
} from "./words.server.ts";

/** A word of a question. `isPlain` words need no answer; `isService` words ask about the store and not a product. */
type Token = { text: string; stems: string[]; isPlain: boolean; isService: boolean };
/** A searched word, with the positions of the tokens that it consists of. */
type QuestionWord = SearchWord & { tokens: number[] };
export type QuestionReading = {
	/** The words of the question in lower case, with one space between them. */
	text: string;
	tokens: Token[];
	words: QuestionWord[];
	asked: AskedFact[];
	sort: { by: string; ascending: boolean } | null;
	amount: Amount | null;
	filter: ProductFilter;
	/** Whether the question has the form of a request for a list of products. */
	isList: boolean;
	/** Whether that form says that it is about what the store sells: "anything in green", but not "what is green". */
	isOffer: boolean;
	/** Whether the question is about something that the customer has: "my chair". */
	isOwn: boolean;
	/** Whether the question asks what the store sells at all. */
	isEverything: boolean;
};

/** Maximum length in characters of two words that are read as one: "t fit" is "tfit", but "for beginners" stays two. */
const MAX_JOINED = 24;

/** Reads a question about products: what it names, asks for, and how a list is to be filtered and sorted. */
export async function readQuestion(question: string): Promise<QuestionReading> {
	const texts = splitWords(question).slice(0, MAX_SEARCH_WORDS);
	const [known, vectors] = await Promise.all([listStems("products"), stemTexts(texts)]);
	const text = texts
		.map((word, i) =>
			vectors[i]?.size === 0 || has(PLAIN, word)
				? word
				: correctAsking(word, [...(vectors[i]?.keys() ?? [])], known),
		)
		.join(" ");
	const starts = startsOf(text);
	const tokensIn = (expression: RegExp) =>
		[...text.matchAll(expression)].flatMap(({ index, 0: found }) =>
			starts.flatMap((start, i) => (start >= index && start < index + found.length ? [i] : [])),
		);
	const sort = SORTS.find(({ words }) => has(words, text)) ?? null;
	const asked = readAsked(text, starts);
	const numbers = readLimits(question, text, asked);

	const fitsAt = tokensIn(LIMITS.fits)[0] ?? texts.length;
	const plain = new Set([PLAIN, LIMITS.most, LIMITS.least, ...(sort ? [sort.words] : [])].flatMap(tokensIn));
	// What a product has to fit ("a 40 inch desk") is the customer's and not searched. It is at the question's end.
	const isPlace = (i: number) => numbers.amount?.limit === "fits" && i > fitsAt;
	const inAsked = new Set(asked.flatMap(({ tokens }) => tokens));
	const service = new Set(tokensIn(SERVICE));
	const tokens = texts.map((word, i): Token => {
		const stems = [...(vectors[i]?.keys() ?? [])];
		const isService = service.has(i) && !inAsked.has(i);
		const isUsed = plain.has(i) || inAsked.has(i) || isPlace(i) || numbers.used.has(word);
		return { text: word, stems, isPlain: !isService && (isUsed || stems.length === 0), isService };
	});
	const words = await readWords(
		tokens.filter((_, i) => !isPlace(i)),
		known,
	);
	return {
		text,
		tokens,
		words,
		asked,
		sort: sort && { by: sort.by, ascending: sort.ascending },
		amount: numbers.amount,
		filter: {
			...(numbers.price ? { price: numbers.price } : {}),
			...(has(IN_STOCK, text) ? { inStock: true } : {}),
			...(sort?.by === "price" ? { priceOrder: sort.ascending ? 1 : -1 } : {}),
		},
		isList: has(LISTS, text) || has(QUESTIONS, text),
		isOffer: has(LISTS, text),
		isOwn: has(OWN, text),
		isEverything: has(EVERYTHING, text),
	};
}

/** Positions at which the words of a text start that has one space between words. */
const startsOf = (text: string): number[] =>
	[...text.matchAll(/(?<! )(?:^| )/g)].map(({ index, 0: gap }) => index + gap.length);

/** Corrects a misspelt word that asks for a fact ("wieght"), unless it is a word of a product's name. */
function correctAsking(word: string, stems: string[], names: string[]): string {
	if (stems.some((stem) => names.includes(stem)) || ASKING_WORDS.includes(word)) return word;
	const isClose = (asking: string) => Math.abs(asking.length - word.length) < 2 && isTypoOf(word, asking);
	return ASKING_WORDS.find(isClose) ?? word;
}

/** The facts that a question asks for. Of phrases that overlap the longest counts, so "i weigh" is not "weigh". */
function readAsked(text: string, starts: number[]): AskedFact[] {
	const spans = FACTS.flatMap((fact) =>
		(["ask", "weak"] as const).flatMap((kind) =>
			[...text.matchAll(fact[kind])].map(({ index, 0: found }) => ({
				fact,
				isWeak: kind === "weak",
				from: index,
				to: index + found.length,
			})),
		),
	).sort((a, b) => b.to - b.from - (a.to - a.from));
	const kept: typeof spans = [];
	for (const span of spans) {
		const isFree = kept.every(
			({ from, to }) => to <= span.from || from >= span.to || (from === span.from && to === span.to),
		);
		if (isFree) kept.push(span);
	}
	return kept.map(({ fact, isWeak, from, to }) => ({
		fact,
		isWeak,
		tokens: starts.flatMap((start, i) => (start >= from && start < to ? [i] : [])),
	}));
}

/**
 * The words to search: each token with its synonyms, and adjacent tokens as one word, because "t fit 200" may be
 * "T-Fit 200".
 */
async function readWords(tokens: Token[], known: string[]): Promise<QuestionWord[]> {
	const joined = tokens.flatMap((token, i) =>
		[2, 3].flatMap((count) => {
			const parts = tokens.slice(i, i + count);
			const text = parts.map((part) => part.text).join("");
			const canBeName = parts.length === count && text.length <= MAX_JOINED;
			return canBeName && (token.stems.length > 0 || token.text.length === 1)
				? [{ text, at: parts.map((_, k) => i + k) }]
				: [];
		}),
	);
	const listed = [...new Set([...KINDS.flat(), ...Object.entries(COLOURS).flat(2)])];
	const [joinedVectors, listedVectors] = await Promise.all([
		stemTexts(joined.map(({ text }) => text)),
		stemTexts(listed),
	]);
	const stemsOf = new Map(listed.map((text, i) => [text, [...(listedVectors[i]?.keys() ?? [])]]));
	const single = tokens.flatMap(({ stems, isPlain }, i): QuestionWord[] => {
		const [stem] = stems;
		if (!stem) return [];
		const isSame = (word: string) => stemsOf.get(word)?.[0] === stem;
		const kinds = KINDS.filter((kind) => kind.some(isSame)).flat();
		const colour = Object.keys(COLOURS).find(isSame);
		return [
			{
				tokens: [i],
				stems: isPlain
					? stems
					: withNameAlternatives([...stems, ...kinds.flatMap((kind) => stemsOf.get(kind) ?? [])], known),
				optionStems: colour ? COLOURS[colour]?.flatMap((shade) => stemsOf.get(shade) ?? []) : [],
			},
		];
	});
	return [
		...single,
		...joined.flatMap(({ at }, i): QuestionWord[] => {
			const stems = [...(joinedVectors[i]?.keys() ?? [])];
			return stems.length > 0 ? [{ tokens: at, stems }] : [];
		}),
	];
}
