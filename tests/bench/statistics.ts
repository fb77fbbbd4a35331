/** Median, smallest and largest value of a figure over the repeats of a measurement. */
export interface Summary {
	median: number;
	least: number;
	most: number;
}

/**
 * The quantile of the values by nearest rank, so the result is always one of the values.
 * @param share from 0 to 1. @returns NaN when there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
	if (values.length === 0) return Number.NaN;
	const sorted = [...values].sort((one, other) => one - other);
	const rank = Math.max(1, Math.ceil(share * sorted.length));
	return sorted[rank - 1] ?? Number.NaN;
}

/**
 * Summarises the values of repeated measurements. @throws RangeError without values, so that a figure that was never
 * measured cannot look like a measured one.
 */
export function summarise(values: readonly number[]): Summary {
	if (values.length === 0) throw new RangeError("There is nothing to summarise.");
	const sorted = [...values].sort((one, other) => one - other);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)] ?? Number.NaN;
	const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
	return { median: (lower + upper) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}
