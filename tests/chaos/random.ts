/** Random numbers that are the same for the same seed, so that the schedule of a run can be repeated. */
export type Random = {
	/** A random number from 0 (included) to 1 (excluded). */
	next(): number;
	/** A random whole number from `least` to `most`, both inclusive. */
	between(least: number, most: number): number;
	pick<Item>(items: readonly Item[]): Item;
	shuffled<Item>(items: readonly Item[]): Item[];
};

/**
 * Creates a random number generator from a seed, with the algorithm mulberry32 (Tommy Ettinger, public domain). Its
 * 32 bits of state are enough for the schedule of a run.
 */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
	return {
		next,
		between,
		pick(items) {
			const item = items[between(0, items.length - 1)];
			if (item === undefined) throw new Error("There is nothing to pick from.");
			return item;
		},
		shuffled(items) {
			const left = [...items];
			return Array.from(items, () => left.splice(between(0, left.length - 1), 1)).flat();
		},
	};
}
