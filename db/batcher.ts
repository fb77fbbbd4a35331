import { setTimeout as delay } from "node:timers/promises";

/**
 * Batches calls: keys of calls within `waitMs` milliseconds after the first call are passed to `work` together, so
 * that thousands of readers that reconnect at once need few statements.
 * @param options.work receives each key of a batch once. @returns a function that takes a key and resolves with the
 * result of the key's batch.
 */
export function createBatcher<Key, Result>(options: {
	waitMs: number;
	work: (keys: Key[]) => Promise<Result>;
}): (key: Key) => Promise<Result> {
	let batch: { keys: Set<Key>; result: Promise<Result> } | null = null;
	return (key) => {
		if (!batch) {
			const keys = new Set<Key>();
			const result = delay(options.waitMs).then(() => {
				batch = null;
				return options.work([...keys]);
			});
			batch = { keys, result };
		}
		batch.keys.add(key);
		return batch.result;
	};
}
