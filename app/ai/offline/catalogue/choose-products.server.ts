import {
	PLACE,
	type ProductMatch,
	type ProductMatches,
	splitWords,
} from "#app/models/product/search.server.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { QuestionReading } from "./read-question.server.ts";
import {
	chooseVariants,
	findStatement,
	isWithin,
	measure,
	type Statement,
	statementsOf,
	type VariantChoice,
} from "./statements.ts";
import { FACTS, PLAIN } from "./words.server.ts";

/** A product of an answer, with the positions of the question's words that name it. */
export type NamedProduct = { product: ProductMatch; tokens: Set<number>; isProper: boolean };
export type ListedProduct = { product: ProductMatch; variant: VariantChoice; statements: Statement[] };
export type ProductList = {
	products: ListedProduct[];
	/** Whether no product passes the question's limits, so that the products are all of the kind. */
	isNearest: boolean;
	/** Words that no listed product contains. */
	unmet: string[];
	certainty: number;
};

/** Certainty of a list when the products contain every word of the question. */
const SURE = 0.95;
/** Share of the question's words that listed products must contain. Below it the question is about something else. */
const MIN_SHARE = 0.6;

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** How a product matches a question: the tokens at any place, in its name, and those that say what kind it is. */
type Match = {
	product: ProductMatch;
	any: Set<number>;
	name: Set<number>;
	kind: Set<number>;
	isKind: boolean;
};

const labelsOf = ({ details, variants }: ProductMatch) =>
	[...Object.keys(details), ...Object.keys(variants[0]?.options ?? {})].join(", ");

/** Reads for each found product what the words of the question are to it. The kind is the name's last word or the category. */
export async function readMatches(
	{ matches }: ProductMatches,
	{ words, tokens }: QuestionReading,
): Promise<Match[]> {
	const heads = await stemTexts(matches.map(({ name }) => name.match(/\p{L}{2,}/gu)?.at(-1) ?? name));
	const categories = await stemTexts(matches.map(({ category }) => category ?? ""));
	const labels = await stemTexts(matches.map(labelsOf));
	return matches.map((product, i) => {
		const head = [...(heads[i]?.keys() ?? [])].at(-1) ?? "";
		const category = [...(categories[i]?.keys() ?? [])];
		const at = (isIn: (place: number, stems: string[]) => boolean) =>
			new Set(
				words.flatMap((word, w) => {
					const place = product.places[w];
					return place !== undefined && isIn(place, word.stems) ? word.tokens : [];
				}),
			);
		const isHead = (stems: string[]) => stems.some((stem) => stem === head);
		const inCategory = (stems: string[]) => stems.some((stem) => category.includes(stem));
		const isWholeCategory =
			category.length > 0 && category.every((stem) => words.some(({ stems }) => stems.includes(stem)));
		const kind = at((place, stems) => (place === PLACE.name && isHead(stems)) || inCategory(stems));
		return {
			product,
			any: new Set([
				...at((place) => place > 0),
				...tokens.flatMap(({ stems }, t) => (stems.some((stem) => labels[i]?.has(stem)) ? [t] : [])),
			]),
			name: at((place) => place === PLACE.name),
			kind: new Set([...kind].filter((token) => tokens[token]?.text.search(PLAIN) === -1)),
			isKind:
				isWholeCategory || words.some(({ stems }, w) => product.places[w] === PLACE.name && isHead(stems)),
		};
	});
}

/**
 * The products that a question names. Words of names count by their idf, so one rare word is enough; a word that only
 * says the kind of product names a product only when there is no other of its kind.
 */
export function chooseNamed(
	matches: Match[],
	reading: QuestionReading,
	{ idfs }: ProductMatches,
): NamedProduct[] {
	const { words, tokens } = reading;
	const idfOf = (token: number) =>
		Math.max(0, ...words.map((word, w) => (word.tokens.includes(token) ? (idfs[w] ?? 0) : 0)));
	const rank = ({ name, any }: Match) =>
		sum([...name].map(idfOf)) +
		[...any].filter((token) => !name.has(token) && !tokens[token]?.isPlain).length;
	const kinds = new Set(matches.flatMap(({ kind }) => [...kind]));
	const isRare = (token: number) => !kinds.has(token) && !tokens[token]?.isPlain;
	const isElsewhere = (token: number) => matches.some(({ any, name }) => any.has(token) && !name.has(token));
	// A name is said by its first word or by two words. In "anything for the grass", "grass" names no Grass Trimmer.
	const isProper = ({ name, product }: Match) => {
		const [first = ""] = splitWords(product.name);
		const isFirst = (token: number) => first.startsWith(tokens[token]?.stems[0] ?? " ");
		const rare = [...name].filter(isRare);
		if (name.size > 1) return rare.length > 0;
		return rare.some((token) => isFirst(token) || !(reading.isList || isElsewhere(token)));
	};
	const named = matches
		.map((match) => ({ match, rank: rank(match), isProper: isProper(match) }))
		.filter(({ match: { name, kind }, isProper }) => isProper || [...name].some((token) => kind.has(token)))
		.sort((a, b) => Number(b.isProper) - Number(a.isProper) || b.rank - a.rank);
	const chosen: typeof named = [];
	for (const one of named) {
		const isRival = chosen.some(
			({ match, rank: best }) =>
				best === one.rank && [...one.match.name].every((token) => match.name.has(token)),
		);
		const isOther =
			one.isProper &&
			[...one.match.name].some((token) => isRare(token) && !chosen.some(({ match }) => match.any.has(token)));
		if (chosen.length === 0 || isRival || isOther) chosen.push(one);
	}
	return chosen.map(({ match, isProper }) => ({ product: match.product, tokens: match.name, isProper }));
}

/** The products of a list: those of the asked kind that contain the most words of the question, filtered and sorted. */
export function chooseList(
	matches: Match[],
	reading: QuestionReading,
	{ isAll = false } = {},
): ProductList | null {
	const { tokens, filter, amount, sort } = reading;
	const open = tokens.flatMap(({ isPlain }, at) => (isPlain ? [] : [at]));
	const isOfKind = matches.filter(({ kind }) => kind.size > 0);
	// Of "tables", the category "Kitchen and table" is only a part: several real tables exclude it.
	const whole = isOfKind.filter(({ isKind }) => isKind);
	const inName = matches.filter(({ name }) => name.size > 0);
	const others = inName.length > 0 ? inName : matches;
	const kept = isOfKind.length === 0 ? others : whole.length > 1 ? whole : isOfKind;
	const kinds = new Set(isOfKind.flatMap(({ kind }) => [...kind]));
	const hasAlternatives = /\b(?:or|and)\b/.test(reading.text);
	const countOf = ({ any, kind }: Match) =>
		(hasAlternatives ? Math.min(kind.size, 1) : kind.size) +
		open.filter((at) => any.has(at) && !kinds.has(at)).length;
	const most = Math.max(0, ...kept.map(countOf));
	const group = kept.filter((match) => countOf(match) === most);
	const strong = reading.asked.filter(({ isWeak }) => !isWeak);
	const unmet = open.filter((at) => !group[0]?.any.has(at) && !(hasAlternatives && kinds.has(at)));
	if (open.some((at) => tokens[at]?.isService && !kinds.has(at))) return null;
	const share = open.length > 0 ? 1 - unmet.length / open.length : 1;
	const isAboutStore = isAll || amount !== null || (reading.isOffer && open.length + strong.length > 0);
	if (isOfKind.length === 0 && (unmet.length > 0 || !isAboutStore)) return null;

	const facts = strong.filter(
		({ fact, tokens: by }) =>
			!by.every((at) => kinds.has(at)) &&
			!((amount || sort) && fact.measure) &&
			!/^(?:price|stock|colour|options|size)$/.test(fact.name),
	);
	let products = group.map(
		({ product, kind }): ListedProduct => ({
			product,
			variant: chooseVariants(product, reading, kind),
			statements: [],
		}),
	);
	for (const { fact } of facts) {
		products = products.flatMap((one) => {
			const statement = findStatement(fact, statementsOf(one.product), { inText: true });
			return statement ? [{ ...one, statements: [...new Set([...one.statements, statement])] }] : [];
		});
	}
	if (amount) {
		products = products.flatMap((one) => {
			const value = measure(amount.fact, one.product);
			return value ? [{ ...one, statements: [value.statement] }] : [];
		});
	}
	const fitting = products.filter((one) => isFitting(one, reading));
	const isNearest = fitting.length === 0;
	if (!isNearest) products = fitting;
	if (sort) products = sorted(products, sort);
	else if (isNearest && filter.price) products = sorted(products, { by: "price", ascending: true });
	return {
		products,
		isNearest,
		unmet: unmet.map((at) => tokens[at]?.text ?? ""),
		certainty: share < MIN_SHARE ? 0 : SURE * share,
	};
}

/** Whether a product passes the limits of a question: an amount, a price, and whether it can be bought now. */
function isFitting(
	{ product, variant: { variants } }: ListedProduct,
	{ amount, filter }: QuestionReading,
): boolean {
	const { price, inStock } = filter;
	const value = amount && measure(amount.fact, product);
	if (amount && !(value && isWithin(amount, value.quantities))) return false;
	if (!price && !inStock) return true;
	return variants.some(
		({ priceCents, available, stock }) =>
			(!price || (priceCents >= price.from && priceCents <= price.to)) &&
			(!inStock || (available && stock !== 0)),
	);
}

function sorted(products: ListedProduct[], sort: { by: string; ascending: boolean }): ListedProduct[] {
	const direction = sort.ascending ? 1 : -1;
	if (sort.by === "price") {
		// The lowest price of a product when cheap ones come first, the highest otherwise.
		const price = ({ variant }: ListedProduct) =>
			Math.min(...variant.variants.map(({ priceCents }) => priceCents * direction));
		return products.toSorted((a, b) => price(a) - price(b));
	}
	const values = (name: string) => {
		const fact = FACTS.find((one) => one.name === name);
		return products.flatMap((one) => {
			const value = fact && measure(fact, one.product);
			if (!value) return [];
			const ends = value.quantities.flatMap(({ low, high }) => [low, high]);
			const amount = sort.ascending && name !== "size" ? Math.min(...ends) : Math.max(...ends);
			return [{ one: { ...one, statements: [value.statement] }, amount }];
		});
	};
	// The largest bottle is the one with the largest capacity, the largest rug the one with the longest side.
	const capacities = sort.by === "size" ? values("capacity") : [];
	const measured =
		capacities.length > 0 && capacities.length >= products.length / 2 ? capacities : values(sort.by);
	return measured.sort((a, b) => (a.amount - b.amount) * direction).map(({ one }) => one);
}
