import { UNITS } from "./words.server.ts";

/** A number of a text with its unit, converted to the first unit of its measure (cm, kg, litres ...). */
export type Quantity = {
	/** The two ends of a range such as "55 to 59 cm"; equal for a single number. */
	low: number;
	high: number;
	/** The kind of unit, such as length; null for a number without a unit. */
	measure: string | null;
	/** The number and its unit, or both numbers of a range, as written. */
	text: string;
	/** The words around the number, which say what is measured: "Dimensions: 120 cm wide". */
	before: string;
	after: string;
	/** Position in a series such as "50 × 35 × 6 cm", from 0; null for a number outside a series. */
	inSeries: number | null;
};

const NUMBER =
	/(?<![\p{L}\d.,])([$€£]?)(\d{1,7}(?:,\d{3})*(?:[.,]\d{1,2}(?!\d))?)(?:[\s-]?(km\/h|(?:square |sq )?[a-z]{1,12}[²2]?|["″$€£])(?![\p{L}\d]))?/giu;
/** "in" is a unit at the end of a phrase or before a word of measuring, and a preposition in "89 in green". */
const IS_INCH =
	/^(?:\s*(?:[^\s\p{L}]|$)|\s+(?:wide|high|tall|deep|long|across|thick|by|x|to|or|and)(?!\p{L}))/iu;
/** Characters around a number that are read for what it measures. */
const MAX_CONTEXT = 30;
const SERIES = /^\s*(?:×|x|by)\s*$/i;
const RANGE = /^\s*(?:-|–|—|to|and)\s*$/i;
const LIST = /^\s*(?:,|\/|or)\s*$/i;

const unitOf = (unit: string) => {
	const known = Object.entries(UNITS).find(([, factors]) => unit in factors);
	return known && { measure: known[0], factor: known[1][unit] ?? 1 };
};

/** Finds the numbers of a text with their units. A number before another one ("18, 24 or 30 cm") has that one's unit. */
export function quantitiesIn(text: string): Quantity[] {
	const numbers = [...text.matchAll(NUMBER)].map((match, i, all) => {
		const [whole, sign = "", digits = "", word = ""] = match;
		const name = (sign || word).toLowerCase();
		const wholeEnd = match.index + whole.length;
		const unit = name === "in" && !IS_INCH.test(text.slice(wholeEnd)) ? undefined : unitOf(name);
		const end = unit || !word ? wholeEnd : wholeEnd - word.length;
		const next = all[i + 1]?.index ?? text.length;
		const value = Number(digits.replace(/,(?=\d{3}(?!\d))/g, "").replace(",", "."));
		return {
			value,
			unit,
			at: match.index,
			end,
			after: text.slice(end, next),
			link: all[i + 1] ? text.slice(end, next) : "",
		};
	});
	for (let i = numbers.length - 2; i >= 0; i--) {
		const { unit, link } = numbers[i]!;
		if (unit || !(SERIES.test(link) || RANGE.test(link) || LIST.test(link))) continue;
		numbers[i]!.unit = numbers[i + 1]!.unit;
		if (!SERIES.test(link)) numbers[i]!.after = numbers[i + 1]!.after;
	}
	const found: Quantity[] = [];
	let link = "";
	for (const { value, unit, at, end, after, link: nextLink } of numbers) {
		const last = found.at(-1);
		const amount = value * (unit?.factor ?? 1);
		const measure = unit?.measure ?? null;
		if (last && RANGE.test(link) && last.measure === measure && amount > last.low) {
			last.high = amount;
			last.text += text.slice(at - link.length, end);
		} else {
			const inSeries =
				last && SERIES.test(link) ? (last.inSeries ?? 0) + 1 : SERIES.test(nextLink) ? 0 : null;
			const before = text.slice(Math.max(0, at - MAX_CONTEXT), at);
			found.push({
				low: amount,
				high: amount,
				measure,
				text: text.slice(at, end),
				before,
				after: after.slice(0, MAX_CONTEXT),
				inSeries,
			});
		}
		link = nextLink;
	}
	return found;
}
