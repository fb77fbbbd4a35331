import { joinWithAnd } from "#app/models/order/order.server.ts";
import { formatMoney } from "#app/models/product/money.ts";
import type { ProductVariant } from "#app/models/product/product.server.ts";
import { findProducts, type ProductSearch } from "#app/models/product/search.server.ts";
import { matchTerm } from "#app/models/search/relevance.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { Term } from "#app/models/search/term.ts";
import type { AnswerSource } from "#db/shapes.ts";
import { LEAST_COVERAGE } from "./knowledge.server.ts";
import { chooseSentences, splitSentences } from "./sentences.ts";

type Found = ProductSearch["found"][number];
export type ProductAnswer = { text: string; sources: AnswerSource[]; coverage: number };

/** The share of a product's name that a question must say to be about that product. */
const LEAST_NAMED = 0.5;
/** Products shown when a question names several. */
const MOST_PRODUCTS = 4;
/** Values of an option that are listed before "and others". */
const MOST_VALUES = 12;

const ASKS_PRICE =
	/\bhow much (?:is|are|does|do|for|would|will)\b(?!.{0,200}\bweigh)|\b(?:price|prices|priced|cost|costs|expensive|cheap)\b/i;
const ASKS_STOCK =
	/\b(?:in|out of|back in) stock\b|\bavailab\w*|\bsold out\b|\b(?:any|some) left\b|\bdo you (?:still )?(?:have|sell|stock|carry)\b|\bhave you got\b|\bcan i (?:still )?(?:buy|order|get)\b/i;
const ASKS_RANGE =
	/\b(?:do you|have you|which|what|any|show me|are there)\b.{0,80}\b(?:sell|have|got|carry|stock|offer|are there|available)\b|\bshow me\b|\b(?:looking for|recommend)\b/i;
const ASKS_COLOUR = /\b(?:colou?rs?|come in|comes in|available in|shades?)\b/i;
const COLOURS = new Set(
	"black white red blue green yellow orange purple pink brown grey gray beige cream ivory navy teal turquoise gold silver bronze copper burgundy maroon olive mint lavender charcoal tan khaki violet magenta cyan rose sand rust mustard natural".split(
		" ",
	),
);

/**
 * Answers a question about a product from its own facts: price, stock, options, details, description. Null
 * when no product is named, or when what is asked of it is not among its facts.
 */
export async function answerFromProducts(question: string): Promise<ProductAnswer | null> {
	const { terms, idfs, found } = await findProducts(question, 8);
	const named = found.filter((product) => product.named >= LEAST_NAMED);
	const best = named[0];
	if (!best) return null;
	const rivals = named.filter(
		(product) => product.named >= best.named - 0.01 && product.score >= best.score * 0.8,
	);
	if (rivals.length > 1) return answerFromRange(question, terms, rivals);
	return answerFromOne(question, { terms, idfs }, best);
}

/** Several products go by that name: which they are, with their prices. */
function answerFromRange(question: string, terms: Term[], rivals: Found[]): ProductAnswer | null {
	const isAboutThem = ASKS_RANGE.test(question) || ASKS_PRICE.test(question) || ASKS_STOCK.test(question);
	const coverage = Math.min(...rivals.map((product) => askedShare(question, terms, product, []).coverage));
	if (!isAboutThem || coverage < LEAST_COVERAGE) return null;
	const shown = rivals.slice(0, MOST_PRODUCTS);
	const lines = shown.map(
		(product) => `${product.name} (${priceWords(product.variants)}, ${stockWords(product.variants)})`,
	);
	const text = `${rivals.length > shown.length ? "Among others, there are" : "There are"} ${joinWithAnd(lines)}.`;
	return { text, coverage, sources: shown.map((product) => asSource(product, coverage)) };
}

/** A fact of a product as a sentence, with the words it is known by. */
type Fact = { label: string; value: string };

async function answerFromOne(
	question: string,
	{ terms, idfs }: { terms: Term[]; idfs: number[] },
	product: Found,
): Promise<ProductAnswer | null> {
	const facts = factsOf(product);
	const vectors = await stemTexts(facts.map(({ label, value }) => `${label}: ${value}`));
	const metFacts = facts.filter((fact, i) =>
		terms.some((term) => {
			if (isName(term, product)) return false;
			return matchTerm(term, vectors[i] ?? new Map(), `${fact.label}: ${fact.value}`).matchWeight >= 0.6;
		}),
	);
	const { coverage, missed } = askedShare(
		question,
		terms,
		product,
		facts.map((fact, i) => ({ fact, vector: vectors[i] ?? new Map() })),
	);
	const sentences: string[] = [];
	const chosen = variantsAskedFor(terms, product);
	const colours = product.variants.length > 0 ? optionValues(product, /colou?r/i) : [];
	const asksColour = ASKS_COLOUR.test(question) || missed.some((term) => COLOURS.has(term.label));

	const stillMissed = missed.filter((term) => !(colours.length > 0 && COLOURS.has(term.label)));
	const covered =
		stillMissed.length < missed.length
			? 1 - weightOf(stillMissed) / Math.max(weightOf(terms), 1e-9)
			: coverage;
	if (covered < LEAST_COVERAGE) return null;

	if (ASKS_PRICE.test(question) && product.variants.length > 0) {
		sentences.push(`${product.name}${chosen.words}: ${priceWords(chosen.variants)}.`);
	}
	if (asksColour && colours.length > 0 && !chosen.words) {
		sentences.push(`Colours of the ${product.name}: ${joinWithAnd(colours.slice(0, MOST_VALUES))}.`);
	} else if (
		(ASKS_STOCK.test(question) || chosen.words) &&
		product.variants.length > 0 &&
		!ASKS_PRICE.test(question)
	) {
		sentences.push(`${product.name}${chosen.words}: ${stockWords(chosen.variants)}.`);
	}
	const isTold = (fact: Fact) => sentences.length > 0 && (/colou?r/i.test(fact.label) || chosen.words !== "");
	for (const fact of metFacts.slice(0, 3)) {
		if (!isTold(fact))
			sentences.push(`${capitalised(fact.label)} of the ${product.name}: ${fact.value.replace(/\.$/, "")}.`);
	}
	if (sentences.length === 0 && product.description) {
		const parts = splitSentences(product.description);
		sentences.push(chooseSentences(parts, await stemTexts(parts), terms, idfs));
	}
	if (sentences.length === 0) {
		if (product.variants.length === 0) return null;
		sentences.push(`${product.name}: ${priceWords(product.variants)}, ${stockWords(product.variants)}.`);
	}
	return { text: sentences.join(" "), coverage: covered, sources: [asSource(product, covered)] };
}

const weightOf = (terms: Term[]) => terms.reduce((sum, term) => sum + term.weight, 0);

/** How much of what the question asks beside the product's name the product's facts speak of. */
function askedShare(
	question: string,
	terms: Term[],
	product: Found,
	facts: { fact: Fact; vector: Parameters<typeof matchTerm>[1] }[],
): { coverage: number; missed: Term[] } {
	const missed: Term[] = [];
	let asked = 0;
	let covered = 0;
	let nameWords = 0;
	for (const term of terms) {
		let weight = term.weight;
		if (isName(term, product)) {
			// Two words of one name are one subject.
			if (++nameWords > 1) weight *= 0.4;
			asked += weight;
			covered += weight;
			continue;
		}
		asked += weight;
		const isAnswered =
			(ASKS_PRICE.test(question) && isKin(term, /^(?:cost|price)$/)) ||
			(ASKS_STOCK.test(question) &&
				(isKin(term, /^(?:stock|avail)$/) ||
					/^(?:sell|have|left|available|availability)$/.test(term.label))) ||
			(isKin(term, /^colou?r$/) && optionValues(product, /colou?r/i).length > 0) ||
			matchTerm(term, product.vector, product.description).matchWeight >= 0.6 ||
			facts.some(
				({ fact, vector }) => matchTerm(term, vector, `${fact.label}: ${fact.value}`).matchWeight >= 0.6,
			);
		if (isAnswered) covered += weight;
		else missed.push(term);
	}
	return { coverage: asked > 0 ? covered / asked : 0, missed };
}

/** Whether a term is a word of the product's name. */
function isName(term: Term, product: Found): boolean {
	if (term.isAsked) return false;
	return term.alternatives.some(
		({ phrase, matchWeight }) =>
			matchWeight >= 0.85 &&
			phrase.every(({ stem }) => product.vector.get(stem)?.some((place) => place.field === "A")),
	);
}

function isKin(term: Term, stem: RegExp): boolean {
	return term.alternatives.some(
		({ phrase, matchWeight }) => matchWeight >= 0.85 && phrase.length === 1 && stem.test(phrase[0]!.stem),
	);
}

/** Everything known of a product beside price and stock: its details, then the values of its options. */
function factsOf(product: Found): Fact[] {
	const facts = Object.entries(product.details).map(([label, value]) => ({ label, value: String(value) }));
	const names = new Set(product.variants.flatMap((variant) => Object.keys(variant.options)));
	for (const name of names) {
		const values = [...new Set(product.variants.flatMap((variant) => variant.options[name] ?? []))];
		facts.push({ label: name, value: joinWithAnd(values.slice(0, MOST_VALUES)) });
	}
	return facts;
}

function optionValues(product: Found, name: RegExp): string[] {
	const values = product.variants.flatMap((variant) =>
		Object.entries(variant.options).flatMap(([key, value]) => (name.test(key) ? [value] : [])),
	);
	return [...new Set(values)];
}

/** The variants that have the option values said in the question, and those values: " in blue, M". */
function variantsAskedFor(terms: Term[], product: Found): { variants: ProductVariant[]; words: string } {
	const said = new Set<string>();
	const matching = product.variants.filter((variant) =>
		Object.values(variant.options).some((value) => sayValue(terms, value)),
	);
	if (matching.length === 0) return { variants: product.variants, words: "" };
	for (const variant of matching) {
		for (const value of Object.values(variant.options)) if (sayValue(terms, value)) said.add(value);
	}
	const all = matching.filter((variant) => {
		const values = Object.values(variant.options);
		return [...said].every((value) => values.includes(value));
	});
	return { variants: all.length > 0 ? all : matching, words: ` in ${joinWithAnd([...said])}` };
}

/** Whether the question says an option's value, every word of it. */
function sayValue(terms: Term[], value: string): boolean {
	const words = value
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean);
	return words.length > 0 && words.every((word) => terms.some((term) => term.label === word));
}

function priceWords(variants: ProductVariant[]): string {
	const prices = variants.map((variant) => variant.priceCents);
	const [low, high] = [Math.min(...prices), Math.max(...prices)];
	if (prices.length === 0) return "a price on request";
	return low === high ? formatMoney(low) : `from ${formatMoney(low)} to ${formatMoney(high)}`;
}

function stockWords(variants: ProductVariant[]): string {
	const available = variants.filter((variant) => variant.available && variant.stock !== 0);
	if (available.length === 0) return "sold out at the moment";
	if (available.length === variants.length) return "in stock";
	return `in stock in ${available.length} of ${variants.length} versions`;
}

function asSource(product: Found, score: number): AnswerSource {
	const quote = product.description || `${priceWords(product.variants)}, ${stockWords(product.variants)}`;
	const { id, name, url } = product;
	return { id, title: name, url, quote: quote.slice(0, 300), score: Math.round(score * 100) / 100 };
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
