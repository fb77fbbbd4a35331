/** Median and range of one figure over the repeats. */
export interface Summary {
	median: number;
	least: number;
	most: number;
}

/**
 * The value below or at which a share of the values lies, by nearest rank: a value that was measured, never
 * one between two.
 * @param share 0 to 1. @returns NaN when there are no values.
 */
export function quantile(values: readonly number[], share: number): number {
	if (values.length === 0) return Number.NaN;
	const sorted = [...values].sort((one, other) => one - other);
	const rank = Math.max(1, Math.ceil(share * sorted.length));
	return sorted[rank - 1] ?? Number.NaN;
}

/** @throws RangeError without values: a figure that was never measured must not look like one. */
export function summarise(values: readonly number[]): Summary {
	if (values.length === 0) throw new RangeError("There is nothing to summarise.");
	const sorted = [...values].sort((one, other) => one - other);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)] ?? Number.NaN;
	const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
	return { median: (lower + upper) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}
