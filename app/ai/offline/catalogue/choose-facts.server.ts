import type { ProductMatch } from "#app/models/product/search.server.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { NamedProduct } from "./choose-products.server.ts";
import type { QuestionReading } from "./read-question.server.ts";
import {
	chooseVariants,
	findStatement,
	type Statement,
	statementsOf,
	type VariantChoice,
} from "./statements.ts";
import { COLOURS } from "./words.server.ts";

/** What a question asks of one product, and how certain it is that this is what the question asks. */
export type ProductFacts = {
	product: ProductMatch;
	statements: Statement[];
	variant: VariantChoice;
	asksPrice: boolean;
	asksStock: boolean;
	/** A colour that the question asks for and the product does not have. */
	missing: string | null;
	/** Whether the question asks for the facts by their labels or words, and not only by "do you have" or "which". */
	isAsked: boolean;
	certainty: number;
};

/** Certainty of a fact that the question asks for by its label or by words of that fact. */
const SURE = 0.95;
/** Certainty of statements that contain the question's words. */
const BY_WORDS = 0.85;
/** Each word of the question that nothing explains takes this much, down to the minimum. */
const PER_UNEXPLAINED_WORD = 0.08;
const MIN_SURE = 0.6;
/** Share of a question's words that statements must contain when the question asks for no fact by name. */
const MIN_SHARED = 0.6;
/** Maximum number of unexplained words of "my lamp arrived broken", and beside the explained ones where a name is said. */
const MAX_UNEXPLAINED = 1;
const MAX_STATEMENTS = 3;

/**
 * Chooses the facts of a product that a question asks for: by their labels, by the words for them, then by words that
 * the question shares with a statement.
 * @param nameTokens positions of the question's words that name the product.
 * @returns null when the product has no such fact, so that no other fact is given instead.
 */
export async function chooseFacts(
	{ product, isProper }: NamedProduct,
	reading: QuestionReading,
	nameTokens: ReadonlySet<number>,
): Promise<ProductFacts | null> {
	const { tokens } = reading;
	const all = statementsOf(product);
	const vectors = await stemTexts(all.flatMap(({ label, value }) => [label, value]));
	const stemsOf = (i: number) => ({
		label: [...(vectors[2 * i]?.keys() ?? [])],
		value: [...(vectors[2 * i + 1]?.keys() ?? [])],
	});
	const explained = new Set(nameTokens);
	const chosen = new Set<Statement>();
	const choose = (statement: Statement, by: number[]) => {
		chosen.add(statement);
		for (const at of by) explained.add(at);
	};
	const open = () => tokens.flatMap((token, at) => (token.isPlain || explained.has(at) ? [] : [at]));
	const variant = chooseVariants(product, reading, nameTokens);
	for (const at of variant.tokens) explained.add(at);

	// Labels that the question says completely, longest first: "scale length" is not the length.
	const said = all.map((statement, i) => {
		const { label } = stemsOf(i);
		const by = tokens.flatMap(({ stems }, at) => (stems.some((stem) => label.includes(stem)) ? [at] : []));
		const isSaid =
			label.length > 0 && label.every((stem) => by.some((at) => tokens[at]?.stems.includes(stem)));
		return { statement, by: isSaid ? by : [] };
	});
	said.sort((a, b) => b.by.length - a.by.length);
	for (const { statement, by } of said) if (by.some((at) => !explained.has(at))) choose(statement, by);

	const asked = reading.asked.filter(
		({ tokens: by }) => by.length === 0 || by.some((at) => !explained.has(at)),
	);
	const isAsked = (name: string, isWeak: boolean) =>
		asked.some(({ fact, isWeak: weak }) => fact.name === name && weak === isWeak);
	// Price and stock are of the variants; everything else is a statement.
	const facts = asked.filter(({ fact, isWeak }) => !isWeak && !/^(?:price|stock)$/.test(fact.name));
	for (const { fact, tokens: by } of facts) {
		const statement = findStatement(fact, all);
		if (statement) choose(statement, by);
	}
	const isNamed = chosen.size > 0;

	// Words that no label explains: "does it come with a saucer" is answered by the statement about a saucer.
	const rest = open();
	const shares = all.map((statement, i) => {
		const { label, value } = stemsOf(i);
		const isIn = (stem: string) => label.includes(stem) || value.includes(stem);
		return { statement, by: rest.filter((at) => tokens[at]?.stems.some(isIn)) };
	});
	shares.sort((a, b) => b.by.length - a.by.length);
	for (const { statement, by } of shares) if (by.some((at) => !explained.has(at))) choose(statement, by);
	const share = rest.length > 0 ? 1 - open().length / rest.length : 0;

	/** "Which" asks for the options, and "how many pens" for a number of pens, even when "pen" is a word of the name. */
	const findWeak = (name: string, by: number[]): Statement[] | null => {
		if (name === "options") return all.filter(({ label }) => label in (product.variants[0]?.options ?? {}));
		if (name !== "count") return null;
		const counted = tokens[(by.at(-1) ?? 0) + 1]?.stems ?? [];
		const isIn = (i: number) =>
			counted.some((stem) => stemsOf(i).label.includes(stem) || stemsOf(i).value.includes(stem));
		return all.filter(({ value }, i) => isIn(i) && /\d/.test(value)).slice(0, 1);
	};
	// A fact without a label may be stated in a text; else the product does not have it, and no other fact is given.
	let isByWords = false;
	if (!isNamed && facts.length > 0 && variant.values.length === 0) {
		const [inText] = facts.flatMap(({ fact }) => findStatement(fact, all, { inText: true }) ?? []);
		if (share < MIN_SHARED && !inText) return null;
		if (inText && share < MIN_SHARED) chosen.clear();
		if (inText && chosen.size === 0) choose(inText, []);
		isByWords = true;
	}
	let asksPrice = isAsked("price", false);
	let asksStock = isAsked("stock", false);
	const isStrong = isNamed || asksPrice || asksStock;
	if (!isStrong && chosen.size > 0 && share < MIN_SHARED && !isByWords) return null;
	// "How much", "how long" and "do you have" count when the question asks for nothing else.
	let isWeak = false;
	if (!isStrong && chosen.size === 0) {
		isWeak = true;
		for (const { fact, tokens: by, isWeak: weak } of asked) {
			if (!weak) continue;
			for (const statement of findWeak(fact.name, by) ?? [findStatement(fact, all)])
				if (statement) choose(statement, by);
		}
		if (chosen.size === 0) {
			asksPrice = isAsked("price", true);
			asksStock = !asksPrice && (isAsked("stock", true) || variant.values.length > 0);
		}
	}
	const left = open();
	const missing = left.map((at) => tokens[at]?.text ?? "").find((text) => text in COLOURS) ?? null;
	if (left.some((at) => tokens[at]?.isService)) return null;
	if (left.length > (isProper ? explained.size + MAX_UNEXPLAINED : MAX_UNEXPLAINED)) return null;
	if (isWeak && left.length > (missing ? 1 : 0)) return null;
	const isBare = chosen.size === 0 && !asksPrice && !asksStock && !missing;
	// "Length" and the like were asked for, and the product has no such fact.
	if (isBare && asked.length > 0) return null;
	return {
		product,
		statements: [...chosen].slice(0, MAX_STATEMENTS),
		variant,
		asksPrice,
		asksStock,
		missing,
		isAsked: isNamed || isByWords,
		certainty:
			isStrong || isWeak
				? Math.max(MIN_SURE, SURE - PER_UNEXPLAINED_WORD * left.length)
				: BY_WORDS * (isByWords ? 1 : share),
	};
}
