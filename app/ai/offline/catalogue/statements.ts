import type { ProductVariant } from "#app/models/product/product.server.ts";
import type { ProductMatch } from "#app/models/product/search.server.ts";
import { splitIntoUnits } from "../excerpt/units.ts";
import { type Quantity, quantitiesIn } from "./quantities.ts";
import type { Amount } from "./read-limits.ts";
import type { QuestionReading } from "./read-question.server.ts";
import { COLOURS, type Fact, has, LABEL_FILLERS, plainText } from "./words.server.ts";

/** A statement about a product: a detail, the values of an option, or a sentence of the description without label. */
export type Statement = { label: string; value: string };

/** Every statement about a product except prices and stock: details, options, description. */
export function statementsOf({ details, variants, description }: ProductMatch): Statement[] {
	const options = new Map<string, Set<string>>();
	for (const [label, value] of variants.flatMap((variant) => Object.entries(variant.options))) {
		options.set(label, (options.get(label) ?? new Set()).add(value));
	}
	return [
		...Object.entries(details).map(([label, value]) => ({ label, value: String(value) })),
		...[...options].map(([label, values]) => ({ label, value: joinValues([...values]) })),
		...splitIntoUnits(description).map(({ text }) => ({ label: "", value: text })),
	];
}

/** Values of an option that are listed before the number of the others. */
const MAX_VALUES = 12;

/** Joins values into "a, b and c"; of more than 12, the first ones and the number of the others. */
export function joinValues(values: string[]): string {
	const shown = values.length > MAX_VALUES ? values.slice(0, MAX_VALUES) : values.slice(0, -1);
	const last = values.length > MAX_VALUES ? `${values.length - MAX_VALUES} more` : values.at(-1);
	return [shown.join(", "), last].filter(Boolean).join(" and ");
}

const finds = (phrases: RegExp, text: string) => has(phrases, plainText(text));

/** The statements whose labels are names of a fact, best first. "Maximum width" is a width, "Seat width" is not. */
function labelledWith(fact: Fact, all: Statement[]): Statement[] {
	const isOther = (measure: string | null) => measure !== null && measure !== fact.measure;
	return fact.labels
		.flatMap((name) =>
			all.filter(({ label }) => {
				const plain = plainText(label);
				return plain.search(name) >= 0 && plain.replace(name, "").replace(LABEL_FILLERS, "").trim() === "";
			}),
		)
		.filter(({ value }) => {
			const measures = quantitiesIn(value).map(({ measure }) => measure);
			return !fact.measure || measures.includes(fact.measure) || !measures.some(isOther);
		});
}

/** The statement that states a fact by its label, or where `inText`, by its words. */
export function findStatement(fact: Fact, all: Statement[], { inText = false } = {}): Statement | undefined {
	return (
		labelledWith(fact, all)[0] ?? (inText ? all.find(({ value }) => finds(fact.values, value)) : undefined)
	);
}

/** Position of a fact in sizes such as "80 × 40 × 120 cm": width, depth, height. */
const SERIES_POSITIONS: Record<string, number> = { width: 0, depth: 1, height: 2 };

/** The measured values of a fact with the statement that contains them; null when the product has none. */
export function measure(
	fact: Fact,
	product: ProductMatch,
): { quantities: Quantity[]; statement: Statement } | null {
	const all = statementsOf(product);
	const inText = all.filter(({ value }) => finds(fact.values, value));
	const named = { label: "", value: product.name };
	for (const statement of [...labelledWith(fact, all), ...inText, named]) {
		const measured = quantitiesIn(statement.value).filter((quantity) => quantity.measure === fact.measure);
		if (measured.length === 0) continue;
		const position = SERIES_POSITIONS[fact.name];
		const choices = [
			measured.filter(({ after }) => finds(fact.values, after)),
			measured.filter(({ before }) => finds(fact.values, before.split(/[,;]/).at(-1) ?? "")),
			measured.filter(({ inSeries }) => inSeries !== null && inSeries === position),
			measured,
		];
		return { statement, quantities: choices.find((some) => some.length > 0) ?? measured };
	}
	return null;
}

/** Whether one of the quantities is within the limit that a question sets. */
export function isWithin({ limit, low: amount }: Amount, quantities: Quantity[]): boolean {
	return quantities.some(({ low, high }) =>
		limit === "least"
			? high >= amount
			: low <= amount && (limit === "most" || low === high || high >= amount),
	);
}

/** The variants that a question names by their options, with those values and the question's words for them. */
export type VariantChoice = { variants: ProductVariant[]; values: string[]; tokens: number[] };

/**
 * Chooses the variants whose option values a question says, completely ("surf green"), by a word ("black" for "Matte
 * Black"), or by their colour ("green" for "Sage").
 * @param nameTokens positions of the words that name the product: a value that is only said there does not count.
 */
export function chooseVariants(
	{ variants }: ProductMatch,
	{ tokens }: QuestionReading,
	nameTokens: ReadonlySet<number>,
): VariantChoice {
	const said = new Map<string, Map<string, number[]>>();
	const options = new Map(
		variants
			.flatMap((variant) => Object.entries(variant.options))
			.map((option) => [option.join("\n"), option]),
	);
	for (const says of [saysAll, saysWord, saysColour]) {
		const fresh = [...options.values()].filter(([name]) => !said.has(name));
		for (const [name, value] of fresh) {
			const at = says(value, name).filter((i) => !nameTokens.has(i));
			// "King size" does not ask for the sizes.
			const named = tokens.flatMap(({ text }, i) => (text === plainText(name) ? [i] : []));
			if (at.length > 0) said.set(name, (said.get(name) ?? new Map()).set(value, [...at, ...named]));
		}
	}
	function saysAll(value: string, name: string): number[] {
		const words = plainText(value).split(" ");
		// A bare number or letter is only a value beside the option's name: "5 shelves", "size M".
		const isShort = value.length < 2 || /^\d+$/.test(value);
		if (isShort && !tokens.some(({ text }) => plainText(name).includes(text))) return [];
		const start = tokens.findIndex((_, i) => words.every((word, k) => tokens[i + k]?.text === word));
		return start < 0 ? [] : words.map((_, k) => start + k);
	}
	function saysWord(value: string): number[] {
		const words = plainText(value).split(" ");
		return tokens.flatMap(({ text, isPlain }, i) =>
			!isPlain && text.length > 2 && words.includes(text) ? [i] : [],
		);
	}
	function saysColour(value: string): number[] {
		const words = plainText(value).split(" ");
		return tokens.flatMap(({ text }, i) =>
			COLOURS[text]?.some((shade) => words.includes(shade)) ? [i] : [],
		);
	}
	const fitting = variants.filter((variant) =>
		[...said].every(([name, values]) => values.has(variant.options[name] ?? "")),
	);
	const values = [...said.values()].flatMap((found) => [...found.keys()]);
	return {
		variants: fitting.length > 0 ? fitting : variants,
		values: fitting.length > 0 ? values : [],
		tokens: [...said.values()].flatMap((found) => [...found.values()].flat()),
	};
}
