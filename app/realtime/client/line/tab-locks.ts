/** What the tabs of a browser need to agree who of them does something: Web Locks as far as they are used here. */
export interface TabLocks {
	/**
	 * Calls `grant` once this tab has the lock, and holds it until what that returns has settled.
	 * @param options.ifAvailable grants null at once where another tab has it; @param options.steal takes it away.
	 * @returns settles with `grant`'s end. @throws AbortError when aborted while waiting, or robbed while holding.
	 */
	request(
		name: string,
		options: { ifAvailable?: boolean; steal?: boolean; signal?: AbortSignal },
		grant: (lock: object | null) => Promise<void> | undefined,
	): Promise<void>;
}

/** A tab that has not renewed its lease for so long is gone, frozen, or slowed down by its browser. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
/** Two that write at the same moment: after so long both read who was the last. */
const SETTLE_MS = 60;

/** The browser's own locks; where it has none (plain http other than localhost), leases; null without storage. */
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
 * Locks out of the browser's storage: whoever has one renews it every second or so. Two tabs may believe for a
 * moment that they have the same one, so it is only for what is a waste and no fault when done twice.
 */
export function createLeases(storage: Storage): TabLocks {
	type Lease = { holder: string; until: number };

	function read(key: string): Lease | null {
		try {
			const lease = JSON.parse(storage.getItem(key) ?? "null") as Lease | null;
			// A clock that was set back must not make it last.
			return lease && lease.until > Date.now() && lease.until <= Date.now() + LEASE_MS ? lease : null;
		} catch {
			return null;
		}
	}

	return {
		async request(name, { ifAvailable = false, steal = false, signal }, grant) {
			const key = `mevi-lease ${name}`;
			const me = Math.random().toString(36).slice(2);
			const has = () => read(key)?.holder === me;
			const write = () =>
				storage.setItem(key, JSON.stringify({ holder: me, until: Date.now() + LEASE_MS } satisfies Lease));
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
				const look = () => {
					if (has()) return write();
					// Lapsed while the browser held this tab's timers, and nobody has taken it.
					if (read(key) === null) return write();
					settled.abort();
					reject(new DOMException("Another tab has taken the lock.", "AbortError"));
				};
				const timer = setInterval(look, RENEW_MS);
				const onStorage = (event: StorageEvent) => void (event.key === key && look());
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

/** Waits until another tab has written this key, at most so long. @throws AbortError */
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
