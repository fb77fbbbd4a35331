/** While groups are under way, what comes gathers this long for the next one. */
const GATHER_MS = 1;
/** Groups under way at once: a second one need not wait for the first one's locks. */
const MOST_GROUPS = 2;
/** A larger group would hold its rows for long. */
const MOST_IN_GROUP = 64;

type Waiting<Item, Result> = {
	item: Item;
	key: string;
	resolve: (result: Result) => void;
	reject: (error: unknown) => void;
};

/**
 * Does what is asked at the same time together. The first goes at once; what comes while it is under way is
 * gathered into the next group. Items of one key are done in the order they came: a key is in one group at a
 * time.
 *
 * @param options.keyOf what an item contends for.
 * @param options.doTogether does a group; gives undefined for each item that must go alone.
 * @param options.doAlone does one; called after `doTogether` gave undefined, or failed and `isSafeAlone` says so.
 * @param options.isSafeAlone whether an item can be done again after its group failed in this way.
 */
export function createGatherer<Item, Result>(options: {
	keyOf: (item: Item) => string;
	doTogether: (items: Item[]) => Promise<(Result | undefined)[]>;
	doAlone: (item: Item) => Promise<Result>;
	isSafeAlone: (item: Item, error: unknown) => boolean;
}): (item: Item) => Promise<Result> {
	let waiting: Waiting<Item, Result>[] = [];
	const busyKeys = new Set<string>();
	let groups = 0;
	let timer: NodeJS.Timeout | undefined;

	function take(): Waiting<Item, Result>[] {
		const group: Waiting<Item, Result>[] = [];
		const left: Waiting<Item, Result>[] = [];
		for (const entry of waiting) {
			(group.length < MOST_IN_GROUP && !busyKeys.has(entry.key) ? group : left).push(entry);
		}
		waiting = left;
		return group;
	}

	function flush() {
		clearTimeout(timer);
		timer = undefined;
		if (groups >= MOST_GROUPS) return;
		const group = take();
		if (group.length === 0) return;
		void work(group);
	}

	async function work(group: Waiting<Item, Result>[]) {
		groups += 1;
		for (const { key } of group) busyKeys.add(key);
		const alone = new Map<string, Waiting<Item, Result>[]>();
		await together(group, alone);
		for (const { key } of group) if (!alone.has(key)) busyKeys.delete(key);
		// What goes alone may wait for long, which must not keep the next group from going.
		for (const [key, entries] of alone) void oneByOne(key, entries);
		groups -= 1;
		flush();
	}

	async function together(group: Waiting<Item, Result>[], alone: Map<string, Waiting<Item, Result>[]>) {
		const goAlone = (entry: Waiting<Item, Result>) =>
			alone.set(entry.key, [...(alone.get(entry.key) ?? []), entry]);
		try {
			const results = await options.doTogether(group.map(({ item }) => item));
			for (const [index, entry] of group.entries()) {
				const result = results[index];
				if (result === undefined) goAlone(entry);
				else entry.resolve(result);
			}
		} catch (error) {
			for (const entry of group) {
				if (group.length > 1 && options.isSafeAlone(entry.item, error)) goAlone(entry);
				else entry.reject(error);
			}
		}
	}

	async function oneByOne(key: string, entries: Waiting<Item, Result>[]) {
		for (const entry of entries) await options.doAlone(entry.item).then(entry.resolve, entry.reject);
		busyKeys.delete(key);
		flush();
	}

	return (item) =>
		new Promise<Result>((resolve, reject) => {
			waiting.push({ item, key: options.keyOf(item), resolve, reject });
			if (groups === 0) flush();
			else if (groups < MOST_GROUPS) timer ??= setTimeout(flush, GATHER_MS);
		});
}
