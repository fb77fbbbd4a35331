import { findProducts } from "#app/models/product/search.server.ts";
import type { AnswerCard, AnswerSource } from "#db/shapes.ts";
import { chooseFacts } from "./choose-facts.server.ts";
import {
	chooseList,
	chooseNamed,
	type NamedProduct,
	type ProductList,
	readMatches,
} from "./choose-products.server.ts";
import { cardOf, describeFacts, lineOf, MAX_LINES, sourceOf } from "./phrases.ts";
import { type QuestionReading, readQuestion } from "./read-question.server.ts";

export type CatalogueAnswer = {
	text: string;
	cards: AnswerCard[];
	sources: AnswerSource[];
	/** How certain it is that the question asks for this, from 0 to 1. */
	certainty: number;
	/** A fact of the products that the question names, or a list of products. */
	kind: "fact" | "range";
	/** The product, when the answer is about one. */
	productId?: string;
};

/**
 * Answers a question about products from the catalogue: a fact of a product that it names, or a list of products.
 * @param question one question in English.
 * @param context.product id of the product that the conversation was about, for "how wide is it?".
 * @returns null when the question is not about a product, or the catalogue does not contain what it asks for.
 */
export async function answerFromCatalogue(
	question: string,
	context: { product?: string | null } = {},
): Promise<CatalogueAnswer | null> {
	const reading = await readQuestion(question);
	if (reading.words.length === 0 && !context.product) return null;
	const search = await findProducts(reading.words, {
		priceOrder: reading.filter.priceOrder,
		id: context.product ?? undefined,
	});
	const matches = await readMatches(search, reading);
	const named = chooseNamed(matches, reading, search);
	const proper = named.filter(({ isProper }) => isProper);
	const isLimited = reading.sort !== null || reading.amount !== null || reading.filter.price !== undefined;
	const isKind = matches.some(({ kind }) => kind.size > 0);
	const isAsking = reading.isList || isLimited;
	const isAll = (reading.isEverything || isLimited) && reading.tokens.every(({ isPlain }) => isPlain);
	if (isAll && !isKind && !context.product) {
		const all = await readMatches(await findProducts([], reading.filter), reading);
		return answerWithList(reading, all, { isAsking, isAll });
	}
	const list = () => answerWithList(reading, matches, { isAsking, isAll: false });

	if (proper.length > 0) return answerWithFacts(proper, reading);
	if (isLimited && isKind) return list();
	const current = context.product ? search.matches.find(({ id }) => id === context.product) : undefined;
	if (current && !(reading.isList && isKind)) {
		const { name } = matches.find(({ product }) => product === current) ?? { name: new Set<number>() };
		return answerWithFacts([{ product: current, tokens: name, isProper: true }], reading);
	}
	const [only] = named;
	if (only && named.length === 1) {
		// "What rugs do you have?" asks for a list even in a store with one rug, "what sizes does the rug have?" for a fact.
		const facts = await answerWithFacts(named, reading, { mustBeAsked: reading.isList });
		if (facts) return facts;
	}
	return reading.isList || (isKind && !reading.isOwn) ? list() : null;
}

async function answerWithFacts(
	named: NamedProduct[],
	reading: QuestionReading,
	{ mustBeAsked = false } = {},
): Promise<CatalogueAnswer | null> {
	const others = new Set(named.flatMap(({ tokens }) => [...tokens]));
	const found = await Promise.all(
		named.slice(0, MAX_LINES).map((one) => chooseFacts(one, reading, named.length > 1 ? others : one.tokens)),
	);
	const facts = found.filter((one) => one !== null).filter(({ isAsked }) => isAsked || !mustBeAsked);
	if (facts.length === 0) return null;
	const certainty = Math.min(...facts.map((one) => one.certainty));
	const texts = facts.map(describeFacts);
	return {
		text: texts.join("\n"),
		cards: facts.map(({ product, statements: [fact] }) =>
			cardOf(product, fact && [fact.label, fact.value].filter(Boolean).join(": ")),
		),
		sources: facts.map(({ product }, i) => sourceOf(product, texts[i] ?? "", certainty)),
		certainty,
		kind: "fact",
		...(facts.length === 1 ? { productId: facts[0]?.product.id } : {}),
	};
}

async function answerWithList(
	reading: QuestionReading,
	matches: Awaited<ReturnType<typeof readMatches>>,
	{ isAsking, isAll }: { isAsking: boolean; isAll: boolean },
): Promise<CatalogueAnswer | null> {
	const list = chooseList(matches, reading, { isAll });
	if (!list || list.certainty === 0 || list.products.length === 0) return null;
	// A bare "sofas?" asks for a list, "can you send a sofa to Norway" does not.
	if (!isAsking && list.unmet.length > 0) return null;
	return listAnswer(list, reading);
}

function leadIn({ sort, filter, amount }: QuestionReading, isNearest: boolean): string {
	if (isNearest) return "Nothing we have fits that exactly. The closest:";
	if (sort?.by === "price") return sort.ascending ? "The cheapest first:" : "The most expensive first:";
	if (sort) return "Sorted as you asked:";
	return filter.price || filter.inStock || amount ? "These match:" : "Here is what we have:";
}

function listAnswer(
	{ products, isNearest, certainty }: ProductList,
	reading: QuestionReading,
): CatalogueAnswer {
	const shown = products.slice(0, MAX_LINES);
	const more = products.length - shown.length;
	const isDearestFirst = reading.filter.priceOrder === -1;
	const lines = shown.map((product) => lineOf(product, { isDearestFirst }));
	return {
		text: [leadIn(reading, isNearest), ...lines, ...(more > 0 ? [`and ${more} more.`] : [])].join("\n"),
		cards: shown.map(({ product, statements: [fact] }) =>
			cardOf(product, fact && [fact.label, fact.value].filter(Boolean).join(": ")),
		),
		sources: shown.map(({ product }, i) => sourceOf(product, lines[i] ?? "", certainty)),
		certainty,
		kind: "range",
		...(products.length === 1 ? { productId: products[0]?.product.id } : {}),
	};
}
