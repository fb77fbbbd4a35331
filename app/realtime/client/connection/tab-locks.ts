/** Locks between the tabs of a browser: the part of Web Locks that is used here. */
export interface TabLocks {
	/**
	 * Calls `grant` once this tab has the lock, and holds it until the returned promise settles.
	 * @param options.ifAvailable calls `grant` with null at once if another tab has the lock. @param options.steal
	 * takes the lock from its holder.
	 * @returns a promise that settles with `grant`'s promise. @throws AbortError when aborted while waiting for the
	 * lock, or when another tab stole it.
	 */
	request(
		name: string,
		options: { ifAvailable?: boolean; steal?: boolean; signal?: AbortSignal },
		grant: (lock: object | null) => Promise<void> | undefined,
	): Promise<void>;
}

/** A tab that has not renewed its lease of a lock for this time is closed, frozen, or throttled by its browser. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
/**
 * Two tabs may write the lease of a lock at the same moment. After this time both read which tab wrote last, and that
 * tab has the lock.
 */
const SETTLE_MS = 60;

/**
 * The locks between the browser's tabs: Web Locks or, where the browser has none (plain http other than localhost),
 * leases in the browser's storage; null without storage.
 */
export function tabLocks(): TabLocks | null {
	const own = globalThis.navigator?.locks;
	if (own) return { request: async (name, options, grant) => void (await own.request(name, options, grant)) };
	try {
		return createLeases(localStorage);
	} catch {
		return null;
	}
}

/**
 * Creates locks in the browser's storage: the tab that holds a lock renews its lease. Two tabs may both hold a lock
 * for a moment, so use these locks only for work that stays correct when two tabs do it.
 */
function createLeases(storage: Storage): TabLocks {
	type Lease = { holder: string; until: number };

	function read(key: string): Lease | null {
		try {
			const lease = JSON.parse(storage.getItem(key) ?? "null") as Lease | null;
			// A lease that ends too far in the future counts as expired, because a clock that was set back must not prolong
			// a lease.
			return lease && lease.until > Date.now() && lease.until <= Date.now() + LEASE_MS ? lease : null;
		} catch {
			return null;
		}
	}

	return {
		async request(name, { ifAvailable = false, steal = false, signal }, grant) {
			const key = `mevi-lease ${name}`;
			const ownId = Math.random().toString(36).slice(2);
			const has = () => read(key)?.holder === ownId;
			const write = () =>
				storage.setItem(key, JSON.stringify({ holder: ownId, until: Date.now() + LEASE_MS } satisfies Lease));
			for (;;) {
				if (ifAvailable && read(key)) return grant(null);
				while (!steal && read(key)) await untilChanged(key, RENEW_MS, signal);
				write();
				await untilChanged(null, SETTLE_MS, signal);
				if (has()) break;
				if (steal || ifAvailable) return grant(null);
			}
			return new Promise((resolve, reject) => {
				const settled = new AbortController();
				const check = () => {
					if (has()) return write();
					// This tab's lease expired while the browser throttled the tab's timers, and no other tab has taken the
					// lock, so the lease is renewed.
					if (read(key) === null) return write();
					settled.abort();
					reject(new DOMException("Another tab has taken the lock.", "AbortError"));
				};
				const timer = setInterval(check, RENEW_MS);
				const onStorage = (event: StorageEvent) => void (event.key === key && check());
				globalThis.addEventListener?.("storage", onStorage);
				settled.signal.addEventListener("abort", () => {
					clearInterval(timer);
					globalThis.removeEventListener?.("storage", onStorage);
				});
				Promise.resolve(grant({}))
					.finally(() => {
						settled.abort();
						if (has()) storage.removeItem(key);
					})
					.then(resolve, reject);
			});
		},
	};
}

/** Waits until another tab has written this storage key, at most `ms` milliseconds. @throws AbortError */
function untilChanged(key: string | null, ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const end = (error?: Error) => {
			clearTimeout(timer);
			globalThis.removeEventListener?.("storage", onStorage);
			signal?.removeEventListener("abort", onAbort);
			error ? reject(error) : resolve();
		};
		const onStorage = (event: StorageEvent) => void (key !== null && event.key === key && end());
		const onAbort = () => end(new DOMException("Aborted.", "AbortError"));
		const timer = setTimeout(end, ms);
		if (signal?.aborted) return onAbort();
		globalThis.addEventListener?.("storage", onStorage);
		signal?.addEventListener("abort", onAbort);
	});
}
