/**
 * The part of the Web Locks API that the app uses (exclusive, `ifAvailable`, `steal`, `signal`), for tests that run
 * several tabs in one Node process. Node has Web Locks only since version 24.
 */
type LockRequest = {
	grant: (lock: Lock | null) => unknown;
	resolve: (value: unknown) => void;
	reject: (error: Error) => void;
};
type HeldLock = { name: string; break: () => void };
type Options = { ifAvailable?: boolean; steal?: boolean; signal?: AbortSignal };

export function createLockManager(): Pick<LockManager, "request"> {
	const held = new Map<string, HeldLock>();
	const queues = new Map<string, LockRequest[]>();

	function hold(name: string, ask: LockRequest) {
		const mine: HeldLock = {
			name,
			break: () => ask.reject(new DOMException("The lock was stolen.", "AbortError")),
		};
		held.set(name, mine);
		Promise.resolve()
			.then(() => ask.grant({ name, mode: "exclusive" }))
			.then(ask.resolve, ask.reject)
			.finally(() => {
				if (held.get(name) !== mine) return;
				held.delete(name);
				const next = queues.get(name)?.shift();
				if (next) hold(name, next);
			});
	}

	function request(name: string, options: Options, grant: (lock: Lock | null) => unknown): Promise<unknown> {
		return new Promise((resolve, reject) => {
			const ask = { grant, resolve, reject };
			if (options.signal?.aborted) return reject(new DOMException("Aborted", "AbortError"));
			if (options.steal) {
				held.get(name)?.break();
				return hold(name, ask);
			}
			if (!held.has(name)) return hold(name, ask);
			if (options.ifAvailable) return void Promise.resolve(grant(null)).then(resolve, reject);
			const queue = queues.get(name) ?? [];
			queues.set(name, queue);
			queue.push(ask);
			options.signal?.addEventListener("abort", () => {
				const index = queue.indexOf(ask);
				if (index === -1) return;
				queue.splice(index, 1);
				reject(new DOMException("Aborted", "AbortError"));
			});
		});
	}
	return { request: request as LockManager["request"] };
}

/** Creates a browser's storage (`localStorage`) in memory. */
export function createStorage(over: Partial<Storage> = {}): Storage {
	const values = new Map<string, string>();
	return {
		get length() {
			return values.size;
		},
		key: (index: number) => [...values.keys()][index] ?? null,
		getItem: (key: string) => values.get(key) ?? null,
		setItem: (key: string, value: string) => void values.set(key, value),
		removeItem: (key: string) => void values.delete(key),
		clear: () => values.clear(),
		...over,
	};
}
