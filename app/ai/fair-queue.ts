import { setImmediate as turnOfLoop } from "node:timers/promises";

type Group = {
	/** Starts each piece of work that waits, first in, first out. */
	waiting: (() => void)[];
	running: number;
	/** Grows with each piece of work that begins; 0 for a group that has had none. */
	lastServed: number;
};

/** Runs work of many groups, a few at once; see `createFairQueue`. */
export type FairQueue = {
	/**
	 * @param group whose share the work uses. @param signal takes the work out of the queue when it aborts; work that
	 * has begun watches its signal itself.
	 * @returns what `work` returns. @throws what `work` throws, or the signal's reason when it aborts before the work begins.
	 */
	run: <Result>(group: string, work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;
};

/**
 * A queue that shares its places between groups: a free place goes to the group with the fewest places, and among
 * those to the one that was served longest ago. Within a group the order is first in, first out. A place is never
 * left empty while anything waits.
 * @param places how much runs at once.
 */
export function createFairQueue(places: number): FairQueue {
	const groups = new Map<string, Group>();
	let free = places;
	let served = 0;

	function groupOf(name: string): Group {
		const known = groups.get(name);
		if (known) return known;
		const group = { waiting: [], running: 0, lastServed: 0 };
		groups.set(name, group);
		return group;
	}

	function forgetIfEmpty(name: string): void {
		const group = groups.get(name);
		if (group?.running === 0 && group.waiting.length === 0) groups.delete(name);
	}

	function next(): Group | null {
		let best: Group | null = null;
		for (const group of groups.values()) {
			if (group.waiting.length === 0) continue;
			const isBetter =
				!best ||
				group.running < best.running ||
				(group.running === best.running && group.lastServed < best.lastServed);
			if (isBetter) best = group;
		}
		return best;
	}

	function fill(): void {
		while (free > 0) {
			const group = next();
			if (!group) return;
			free -= 1;
			served += 1;
			group.running += 1;
			group.lastServed = served;
			group.waiting.shift()?.();
		}
	}

	function giveBack(name: string): void {
		free += 1;
		groupOf(name).running -= 1;
		forgetIfEmpty(name);
		fill();
	}

	function place(name: string, signal: AbortSignal | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const group = groupOf(name);
			const start = () => {
				signal?.removeEventListener("abort", leave);
				resolve();
			};
			function leave() {
				group.waiting = group.waiting.filter((other) => other !== start);
				forgetIfEmpty(name);
				reject(signal?.reason);
			}
			signal?.addEventListener("abort", leave, { once: true });
			group.waiting.push(start);
			fill();
		});
	}

	return {
		async run(group, work, signal) {
			signal?.throwIfAborted();
			await place(group, signal);
			try {
				// Work that never waits would otherwise follow work in the same turn of the event loop.
				await turnOfLoop();
				signal?.throwIfAborted();
				return await work();
			} finally {
				giveBack(group);
			}
		},
	};
}
