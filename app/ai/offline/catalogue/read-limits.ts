import { MAX_CENTS, splitWords } from "#app/models/product/search.server.ts";
import { quantitiesIn } from "./quantities.ts";
import { FACTS, type Fact, has, LIMITS } from "./words.server.ts";

/** A fact that a question asks for, with the positions of the words that do; `isWeak` when they may mean nothing. */
export type AskedFact = { fact: Fact; isWeak: boolean; tokens: number[] };
/** "At least 20 litres": `low` and `high` in the first unit of the measure. `fits` is at most, or inside a range. */
export type Amount = { fact: Fact; limit: "most" | "least" | "fits"; low: number; high: number };

/** Default fact for a number with a unit: "holds 140 kg" asks for the load because of its words, "under 5 kg" for the weight. */
const FACT_OF_MEASURE: Record<string, string> = {
	length: "width",
	mass: "weight",
	volume: "capacity",
	power: "power",
	light: "brightness",
	area: "coverage",
	time: "battery",
	sound: "loudness",
	speed: "speed",
};
export type Limits = {
	amount: Amount | null;
	/** Lowest and highest price in cents. */
	price: { from: number; to: number } | null;
	/** The words of the numbers that are limits. */
	used: Set<string>;
};

/**
 * Reads the limits of a question: a price, or an amount with a unit.
 * @param text the question as `plainText` returns it.
 * @param asked the facts that the question asks for; the fact that a number implies is added.
 */
export function readLimits(question: string, text: string, asked: AskedFact[]): Limits {
	const quantities = quantitiesIn(question);
	const used = new Set(quantities.flatMap((quantity) => (quantity.measure ? splitWords(quantity.text) : [])));
	const limit = has(LIMITS.most, text) ? "most" : has(LIMITS.least, text) ? "least" : null;
	const follows = ({ before }: { before: string }) => {
		const words = splitWords(before).join(" ");
		return [LIMITS.most, LIMITS.least, LIMITS.between].some((limits) =>
			[...words.matchAll(limits)].some(({ index, 0: found }) => index + found.length === words.length),
		);
	};
	const first = quantities.find(({ measure }) => measure && measure !== "money");
	const byWords = asked.find(
		({ fact, isWeak }) => fact.measure && !isWeak && fact.measure === first?.measure,
	)?.fact;
	const fact = byWords ?? FACTS.find(({ name }) => name === FACT_OF_MEASURE[first?.measure ?? ""]);
	// "Can it take 110 kilos?" asks for the load, "is it under 5 kg?" for the weight.
	const implied = limit || first?.measure !== "mass" ? fact : FACTS.find(({ name }) => name === "load");
	if (implied && first && !byWords) {
		const words = splitWords(first.text);
		const tokens = text.split(" ").flatMap((word, i) => (words.includes(word) ? [i] : []));
		asked.push({ fact: implied, isWeak: true, tokens });
	}
	const side = limit && has(LIMITS.fits, text) ? "fits" : (limit ?? fact?.limit);
	const amount: Amount | null =
		first && fact && side ? { fact, limit: side, low: first.low, high: first.high } : null;
	const money =
		quantities.find(({ measure }) => measure === "money") ??
		(asked.some(({ fact, isWeak }) => fact.measure && !isWeak)
			? undefined
			: quantities.find((number) => !number.measure && follows(number)));
	if (!money || amount) return { amount, price: null, used };
	for (const word of splitWords(money.text)) used.add(word);
	const cents = (value: number) => Math.round(value * 100);
	const price =
		money.high > money.low
			? { from: cents(money.low), to: cents(money.high) }
			: limit === "least"
				? { from: cents(money.low), to: MAX_CENTS }
				: { from: 0, to: cents(money.low) };
	return { amount, price, used };
}
