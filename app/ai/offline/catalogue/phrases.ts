import { formatMoney, STORE_CURRENCY } from "#app/models/product/money.ts";
import type { ProductVariant } from "#app/models/product/product.server.ts";
import type { ProductMatch } from "#app/models/product/search.server.ts";
import type { AnswerCard, AnswerSource } from "#db/shapes.ts";
import type { ProductFacts } from "./choose-facts.server.ts";
import type { ListedProduct } from "./choose-products.server.ts";
import { joinValues, type Statement } from "./statements.ts";

/** Products of a list that are written out; the rest is counted. */
export const MAX_LINES = 5;
/** Prices of variants that are written one by one. */
const MAX_PRICES = 4;

const canBuy = ({ available, stock }: ProductVariant): boolean => available && stock !== 0;

/** Variants that are named one by one; of more, only their number is given. */
const MAX_VARIANTS = 6;

/** Variants by the values of their options: "Queen / Oat, King / Oat and 3 more". */
function namesOf(variants: ProductVariant[]): string {
	const names = [...new Set(variants.map(({ options }) => Object.values(options).join(" / ")))].filter(
		Boolean,
	);
	if (names.length <= MAX_VARIANTS) return joinValues(names);
	return `${names.slice(0, MAX_VARIANTS - 1).join(", ")} and ${names.length - MAX_VARIANTS + 1} more`;
}

/** Lowest and highest price in cents; null without variants. */
function priceRange(variants: ProductVariant[]): { from: number; to: number } | null {
	const prices = variants.map(({ priceCents }) => priceCents);
	return prices.length > 0 ? { from: Math.min(...prices), to: Math.max(...prices) } : null;
}

const inValues = (values: string[]) => (values.length > 0 ? ` in ${joinValues(values)}` : "");
const asSentence = (text: string) => `${text.replace(/\.$/, "")}.`;

/** A statement as a sentence: "Width of the Oak Shelf: 28 cm." */
function sentenceOf({ label, value }: Statement, name: string): string {
	if (!label) return asSentence(value);
	return asSentence(`${label.charAt(0).toUpperCase()}${label.slice(1)} of the ${name}: ${value}`);
}

function priceSentence(name: string, values: string[], variants: ProductVariant[]): string {
	const range = priceRange(variants);
	if (!range) return "";
	const subject = `${name}${inValues(values)}`;
	if (range.from === range.to) return `${subject}: ${formatMoney(range.from)}.`;
	const sentence = `${subject}: from ${formatMoney(range.from)} to ${formatMoney(range.to)}.`;
	const prices = [...new Set(variants.map(({ priceCents }) => priceCents))].sort((a, b) => a - b);
	if (prices.length > MAX_PRICES) return sentence;
	const each = prices.map(
		(price) =>
			`${formatMoney(price)} (${namesOf(variants.filter(({ priceCents }) => priceCents === price))})`,
	);
	return `${sentence} ${joinValues(each)}.`;
}

function stockSentence(subject: string, variants: ProductVariant[], all: ProductVariant[]): string {
	const [now, soldOut] = [variants.filter(canBuy), variants.filter((variant) => !canBuy(variant))];
	if (soldOut.length === 0) return `${subject}: in stock.`;
	if (now.length > 0) {
		const which = now.length > MAX_VARIANTS ? `${now.length} of ${variants.length} versions` : namesOf(now);
		return `${subject}: in stock${which ? ` in ${which}` : ""}. Sold out: ${namesOf(soldOut)}.`;
	}
	const others = namesOf(all.filter(canBuy));
	return `${subject}: sold out at the moment.${others ? ` In stock: ${others}.` : ""}`;
}

/** The facts of a product as sentences. */
export function describeFacts(facts: ProductFacts): string {
	const { product, statements, variant, asksPrice, asksStock, missing } = facts;
	const { name, variants: all } = product;
	const { variants, values } = variant;
	const sentences: string[] = [];
	const isBare = statements.length === 0 && !asksPrice && !asksStock && !missing;
	if (missing) {
		const options = [...new Set(all.flatMap(({ options }) => Object.values(options)))];
		sentences.push(
			`The ${name} is not listed in ${missing}.${options.length > 0 ? ` It comes in ${joinValues(options)}.` : ""}`,
		);
	}
	if (isBare && product.description) sentences.push(asSentence(product.description));
	if ((asksPrice || isBare) && variants.length > 0) sentences.push(priceSentence(name, values, variants));
	const isSoldOut = variants.length > 0 && !variants.every(canBuy);
	if (variants.length > 0 && (asksStock || isBare))
		sentences.push(stockSentence(`${name}${inValues(values)}`, variants, all));
	else if (isSoldOut && (asksPrice || values.length > 0)) {
		sentences.push(`Sold out at the moment: ${namesOf(variants.filter((one) => !canBuy(one))) || name}.`);
	}
	for (const statement of statements) sentences.push(sentenceOf(statement, name));
	return sentences.filter(Boolean).join(" ");
}

/** A product as one line of a list: "- Oak Shelf: from $89.00, in stock". */
export function lineOf(
	{ product, variant, statements }: ListedProduct,
	{ isDearestFirst = false } = {},
): string {
	const { variants, values } = variant;
	const range = priceRange(variants);
	const to = isDearestFirst ? ` to ${formatMoney(range?.to ?? 0)}` : "";
	const price =
		range && (range.from < range.to ? `from ${formatMoney(range.from)}${to}` : formatMoney(range.from));
	const now = variants.filter(canBuy).length;
	const stock =
		now === 0
			? "sold out"
			: now < variants.length
				? `in stock in ${now} of ${variants.length} versions`
				: "in stock";
	const facts = statements.map(({ label, value }) =>
		`${label ? `${label}: ` : ""}${value}`.replace(/\.$/, ""),
	);
	const name = `${product.name}${values.length > 0 ? ` (${joinValues(values)})` : ""}`;
	return `- ${name}: ${[price, variants.length > 0 ? stock : null].filter(Boolean).join(", ")}${facts.length > 0 ? `. ${facts.join(". ")}` : ""}`;
}

export function cardOf(product: ProductMatch, fact?: string): AnswerCard {
	const { id, name, url, variants, illustration } = product;
	const now = variants.filter(canBuy).length;
	return {
		kind: "product",
		id,
		name,
		url,
		priceCents: priceRange(variants),
		currency: STORE_CURRENCY,
		availability: now === 0 ? "sold-out" : now < variants.length ? "partly-in-stock" : "in-stock",
		...(illustration ? { illustration } : {}),
		...(fact ? { fact } : {}),
	};
}

/** Characters of a product's text that are quoted as the source of an answer. */
const MAX_QUOTE = 300;

export function sourceOf(
	{ id, name, url, description }: ProductMatch,
	line: string,
	score: number,
): AnswerSource {
	return {
		id,
		title: name,
		url,
		quote: (description || line).slice(0, MAX_QUOTE),
		score: Math.round(score * 100) / 100,
	};
}
