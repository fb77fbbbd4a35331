/** Time in ms that new posts wait for the next batch while other batches are in progress. */
const BATCH_MS = 1;
/**
 * Maximum number of batches of posts in progress at once. A second batch is useful because it need not wait for the
 * locks of the first.
 */
const MAX_BATCHES = 2;
/** Maximum number of posts in one batch. A larger batch would hold its locks on sessions for long. */
const MAX_IN_BATCH = 64;

type WaitingItem<Item, Result> = {
	item: Item;
	key: string;
	resolve: (result: Result) => void;
	reject: (error: unknown) => void;
};

/**
 * Processes simultaneous items in batches. The first item starts at once; items that arrive while it is in progress
 * form the next batch. Items with the same key are processed in the order in which they arrived: a key is in one batch
 * at a time.
 *
 * @param options.keyOf the key that an item competes for.
 * @param options.processBatch returns a result for each item, undefined for an item that must be processed alone.
 * @param options.processAlone processes one item, after `processBatch` returned undefined for it, or failed and
 * `canRetryAlone` allows it.
 * @param options.canRetryAlone whether an item can be processed again after its batch failed with this error.
 * @returns a function that queues an item and resolves with its result.
 */
export function createPostBatcher<Item, Result>(options: {
	keyOf: (item: Item) => string;
	processBatch: (items: Item[]) => Promise<(Result | undefined)[]>;
	processAlone: (item: Item) => Promise<Result>;
	canRetryAlone: (item: Item, error: unknown) => boolean;
}): (item: Item) => Promise<Result> {
	let waiting: WaitingItem<Item, Result>[] = [];
	const busyKeys = new Set<string>();
	let batchCount = 0;
	let timer: NodeJS.Timeout | undefined;

	function takeBatch(): WaitingItem<Item, Result>[] {
		const batch: WaitingItem<Item, Result>[] = [];
		const rest: WaitingItem<Item, Result>[] = [];
		for (const entry of waiting) {
			(batch.length < MAX_IN_BATCH && !busyKeys.has(entry.key) ? batch : rest).push(entry);
		}
		waiting = rest;
		return batch;
	}

	function startBatch() {
		clearTimeout(timer);
		timer = undefined;
		if (batchCount >= MAX_BATCHES) return;
		const batch = takeBatch();
		if (batch.length > 0) void runBatch(batch);
	}

	async function runBatch(batch: WaitingItem<Item, Result>[]) {
		batchCount += 1;
		for (const { key } of batch) busyKeys.add(key);
		const alone = await processBatch(batch);
		for (const { key } of batch) if (!alone.has(key)) busyKeys.delete(key);
		// Posts that are processed alone may wait for long. The next batch does not wait for them.
		for (const [key, entries] of alone) void processAlone(key, entries);
		batchCount -= 1;
		startBatch();
	}

	/**
	 * Processes one batch of posts.
	 * @returns the posts that must be processed alone, by key.
	 */
	async function processBatch(
		batch: WaitingItem<Item, Result>[],
	): Promise<Map<string, WaitingItem<Item, Result>[]>> {
		const alone = new Map<string, WaitingItem<Item, Result>[]>();
		const addAlone = (entry: WaitingItem<Item, Result>) =>
			alone.set(entry.key, [...(alone.get(entry.key) ?? []), entry]);
		try {
			const results = await options.processBatch(batch.map(({ item }) => item));
			for (const [index, entry] of batch.entries()) {
				const result = results[index];
				if (result === undefined) addAlone(entry);
				else entry.resolve(result);
			}
		} catch (error) {
			for (const entry of batch) {
				if (batch.length > 1 && options.canRetryAlone(entry.item, error)) addAlone(entry);
				else entry.reject(error);
			}
		}
		return alone;
	}

	async function processAlone(key: string, entries: WaitingItem<Item, Result>[]) {
		for (const entry of entries) await options.processAlone(entry.item).then(entry.resolve, entry.reject);
		busyKeys.delete(key);
		startBatch();
	}

	return (item) =>
		new Promise<Result>((resolve, reject) => {
			waiting.push({ item, key: options.keyOf(item), resolve, reject });
			if (batchCount === 0) startBatch();
			else if (batchCount < MAX_BATCHES) timer ??= setTimeout(startBatch, BATCH_MS);
		});
}
