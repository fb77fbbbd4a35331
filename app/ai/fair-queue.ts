import { setImmediate as turnOfLoop } from "node:timers/promises";

type TaskGroup = {
	/** Functions that start the group's waiting tasks, first in, first out. */
	waiting: (() => void)[];
	running: number;
	/**
	 * When the group's latest task started, as a number that counts the starts of all groups; 0 before the first start.
	 */
	lastStart: number;
};

/** Runs tasks of many groups, a limited number at once. `createFairQueue` explains the order of the tasks. */
export type FairQueue = {
	/**
	 * Runs a task when a slot of the queue is free.
	 * @param group the group that the task counts for.
	 * @param signal removes a waiting task from the queue; a running task must check its signal itself.
	 * @returns what `work` returns.
	 * @throws what `work` throws, or the signal's reason when it aborts before the start.
	 */
	run: <Result>(group: string, work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;
};

/**
 * Creates a queue that shares its slots between groups of tasks. A free slot goes to the group with the fewest running
 * tasks; among equal groups, to the group whose latest start is oldest. The tasks of a group run first in, first out.
 * No slot is free while a task waits.
 * @param slots number of tasks that run at once.
 */
export function createFairQueue(slots: number): FairQueue {
	const groups = new Map<string, TaskGroup>();
	let freeSlots = slots;
	let starts = 0;

	function groupOf(name: string): TaskGroup {
		const known = groups.get(name);
		if (known) return known;
		const group = { waiting: [], running: 0, lastStart: 0 };
		groups.set(name, group);
		return group;
	}

	function deleteGroupIfEmpty(name: string): void {
		const group = groups.get(name);
		if (group?.running === 0 && group.waiting.length === 0) groups.delete(name);
	}

	function nextGroup(): TaskGroup | null {
		let best: TaskGroup | null = null;
		for (const group of groups.values()) {
			if (group.waiting.length === 0) continue;
			const isBetter =
				!best ||
				group.running < best.running ||
				(group.running === best.running && group.lastStart < best.lastStart);
			if (isBetter) best = group;
		}
		return best;
	}

	function startWaiting(): void {
		while (freeSlots > 0) {
			const group = nextGroup();
			if (!group) return;
			freeSlots -= 1;
			starts += 1;
			group.running += 1;
			group.lastStart = starts;
			group.waiting.shift()?.();
		}
	}

	function releaseSlot(name: string): void {
		freeSlots += 1;
		groupOf(name).running -= 1;
		deleteGroupIfEmpty(name);
		startWaiting();
	}

	function waitForSlot(name: string, signal: AbortSignal | undefined): Promise<void> {
		return new Promise((resolve, reject) => {
			const group = groupOf(name);
			const start = () => {
				signal?.removeEventListener("abort", leave);
				resolve();
			};
			function leave() {
				group.waiting = group.waiting.filter((other) => other !== start);
				deleteGroupIfEmpty(name);
				reject(signal?.reason);
			}
			signal?.addEventListener("abort", leave, { once: true });
			group.waiting.push(start);
			startWaiting();
		});
	}

	return {
		async run(group, work, signal) {
			signal?.throwIfAborted();
			await waitForSlot(group, signal);
			try {
				// Each task starts in a new turn of the event loop. Otherwise tasks that never wait would all run in one turn.
				await turnOfLoop();
				signal?.throwIfAborted();
				return await work();
			} finally {
				releaseSlot(group);
			}
		},
	};
}
