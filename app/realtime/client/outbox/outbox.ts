import { createEntries, type OutboxEntry } from "./entries.ts";

/** What sending came to: `again` for a network that failed or a server that was busy. */
export type SendResult =
	| { type: "sent" }
	| { type: "refused"; why: string }
	| { type: "again"; afterMs: number | null; why: string | null };

const PACE = {
	retryFirst: 1_000,
	retryLimit: 15_000,
	/** Longer than any request of ours: a tab that holds the lock for so long is frozen. */
	lockLimit: 25_000,
	/** What another tab has sent stays in sight until the stream brings it, or for so long. */
	linger: 3_000,
};

/**
 * Messages not yet acknowledged, kept in the browser's storage: they survive reloads and the closing of tabs,
 * are retried with the same id (so none is doubled) and in the order they were written (so none overtakes
 * another). All tabs of one owner share them; a lock lets one tab send at a time.
 *
 * @param options.storageKey names the owner, so that nothing is sent as somebody else.
 * @param options.isShown whether the conversation holds the message by now.
 */
export function createOutbox(options: {
	storageKey: string;
	send: (entry: OutboxEntry) => Promise<SendResult>;
	onChange: (entries: OutboxEntry[]) => void;
	isShown: (clientMessageId: string) => boolean;
	storage?: () => Storage;
	locks?: Pick<LockManager, "request">;
	pace?: typeof PACE;
}) {
	const { pace = PACE, storage = () => localStorage } = options;
	const locks = options.locks ?? globalThis.navigator?.locks;
	const stored = createEntries(options.storageKey, storage);
	let entries = stored.list();
	let isWorking = false;
	let isWantedAgain = false;
	let isClosed = false;
	let failures = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function refresh() {
		const next = stored.list();
		// Sent by another tab, and not heard of here yet: it would vanish and come back.
		const left = entries.filter(
			(entry) =>
				!next.some((one) => one.clientMessageId === entry.clientMessageId) &&
				entry.refusal === null &&
				!options.isShown(entry.clientMessageId),
		);
		if (left.length > 0) setTimeout(() => set(stored.list()), pace.linger);
		set([...left, ...next]);
	}

	function set(next: OutboxEntry[]) {
		if (isClosed) return;
		entries = next;
		options.onChange(entries);
	}

	/** Sends what waits, message by message; what is added meanwhile is sent as well. */
	async function work() {
		isWantedAgain = isWorking;
		if (isWorking || isClosed) return;
		isWorking = true;
		clearTimeout(timer);
		try {
			do isWantedAgain = false;
			while (((await alone(sendNext)) || isWantedAgain) && !isClosed);
		} finally {
			isWorking = false;
		}
	}

	/** The lock is taken for each message anew, so that holding it for long means that the tab is frozen. */
	async function alone(task: () => Promise<boolean>): Promise<boolean> {
		if (!locks) return task();
		let hasBegun = false;
		const run = () => {
			hasBegun = true;
			return task();
		};
		const giveUp = new AbortController();
		const limit = setTimeout(() => giveUp.abort(), pace.lockLimit);
		try {
			return await locks.request(`mevi-outbox ${options.storageKey}`, { signal: giveUp.signal }, run);
		} catch (error) {
			// The tab that has the lock is frozen in the middle of it. The same id makes sending twice harmless.
			if (hasBegun) throw error;
			return task();
		} finally {
			clearTimeout(limit);
		}
	}

	/** @returns whether there may be more to send now. */
	async function sendNext(): Promise<boolean> {
		const next = stored.list().find((entry) => entry.refusal === null);
		const waitMs = next ? next.notBefore - Date.now() : 0;
		if (!next || waitMs > 0 || isClosed) {
			if (waitMs > 0) timer = setTimeout(work, Math.min(waitMs, pace.retryLimit));
			refresh();
			return false;
		}
		const result = await options
			.send(next)
			.catch((): SendResult => ({ type: "again", afterMs: null, why: null }));
		if (result.type === "again") {
			const backoff = Math.min(pace.retryFirst * 2 ** failures, pace.retryLimit) * (0.5 + Math.random() / 2);
			failures += 1;
			stored.put({ ...next, waitsFor: result.why, notBefore: Date.now() + (result.afterMs ?? backoff) });
			return true;
		}
		failures = 0;
		if (result.type === "sent") stored.remove(next.clientMessageId);
		else stored.put({ ...next, refusal: result.why, waitsFor: null });
		set(stored.list());
		return true;
	}

	function change(clientMessageId: string, to: Partial<OutboxEntry>) {
		const entry = stored.list().find((one) => one.clientMessageId === clientMessageId);
		if (entry) stored.put({ ...entry, ...to });
		set(stored.list());
	}

	function onStorage(event: StorageEvent) {
		if (!stored.isKey(event.key)) return;
		refresh();
		// Another tab wrote it and sends it; if that tab is closed before it could, this one does.
		if (event.newValue !== null) void work();
	}
	globalThis.addEventListener?.("storage", onStorage);

	return {
		/**
		 * Writes a message down and sends it as soon as it is its turn.
		 * @returns whether there was room; if not, the words must stay where they are.
		 */
		add(text: string, sessionId: string | null): boolean {
			if (stored.isFull()) return false;
			// Behind all that wait, also those that other tabs have written in the same millisecond.
			const writtenAt = Math.max(Date.now(), (stored.list().at(-1)?.writtenAt ?? 0) + 1);
			stored.put({
				clientMessageId: newId(),
				text,
				sessionId,
				writtenAt,
				refusal: null,
				waitsFor: null,
				notBefore: 0,
				isMeant: false,
			});
			set(stored.list());
			void work();
			return true;
		},
		/** Tries a refused or waiting message once more. */
		retry(clientMessageId: string) {
			change(clientMessageId, { refusal: null, waitsFor: null, notBefore: 0, isMeant: true });
			void work();
		},
		/** Gives a refused message up. @returns its text, for the composer. */
		discard(clientMessageId: string): string {
			const text = entries.find((entry) => entry.clientMessageId === clientMessageId)?.text ?? "";
			stored.remove(clientMessageId);
			set(stored.list());
			return text;
		},
		/** Sends now whatever waits: the network is back, or the page is seen again. */
		hurry() {
			failures = 0;
			for (const entry of stored.list()) {
				// What the server asked to wait for keeps its time.
				if (entry.waitsFor === null && entry.notBefore > Date.now()) stored.put({ ...entry, notBefore: 0 });
			}
			void work();
		},
		entries: () => entries,
		close() {
			isClosed = true;
			clearTimeout(timer);
			globalThis.removeEventListener?.("storage", onStorage);
		},
	};
}

export type Outbox = ReturnType<typeof createOutbox>;

/** A random name. Over plain http browsers give random numbers and no UUIDs. */
const newId = (): string =>
	Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
		"",
	);
