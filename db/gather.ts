/**
 * Makes one call of many: what is asked for within `waitMs` of the first is handed to `work` together, so that
 * thousands of readers who come back at once cost a handful of statements.
 * @param options.work gets each key once. @returns a function that gives the work's result for its key's batch.
 */
export function gather<Key, Result>(options: {
	waitMs: number;
	work: (keys: Key[]) => Promise<Result>;
}): (key: Key) => Promise<Result> {
	let batch: { keys: Set<Key>; result: Promise<Result> } | null = null;
	return (key) => {
		if (!batch) {
			const keys = new Set<Key>();
			const result = new Promise((resolve) => setTimeout(resolve, options.waitMs)).then(() => {
				batch = null;
				return options.work([...keys]);
			});
			batch = { keys, result };
		}
		batch.keys.add(key);
		return batch.result;
	};
}
