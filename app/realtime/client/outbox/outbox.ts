import { backoffMs, withJitter } from "#app/backoff.ts";
import { createEntries, type OutboxEntry } from "./entries.ts";

/**
 * The result of sending a message; `again` means that the network failed or the server was busy, so that the message
 * is retried.
 */
export type SendResult =
	| { type: "sent" }
	| { type: "refused"; reason: string }
	| { type: "again"; afterMs: number | null; reason: string | null };

const OUTBOX_TIMINGS = {
	retryFirst: 1_000,
	retryMax: 15_000,
	/** A tab that holds the outbox's lock for this time is frozen, because the time is longer than any request. */
	lockTimeout: 25_000,
	/**
	 * A message that another tab has sent stays visible as waiting until the stream delivers the message, at most for
	 * this time.
	 */
	linger: 3_000,
};

/**
 * Creates an outbox: unacknowledged messages in the browser's storage. Messages survive reloads and closed tabs. They
 * are retried with the same id, so that none is duplicated, and in the order of writing. All tabs of one owner share
 * them; a lock lets one tab send at a time.
 *
 * @param options.storageKey the storage key of the outbox; it contains the owner, so that no message is sent under
 * another identity.
 * @param options.isShown whether the page already shows the message as part of the session.
 */
export function createOutbox(options: {
	storageKey: string;
	send: (entry: OutboxEntry) => Promise<SendResult>;
	onChange: (entries: OutboxEntry[]) => void;
	isShown: (clientMessageId: string) => boolean;
	storage?: () => Storage;
	locks?: Pick<LockManager, "request">;
	timings?: typeof OUTBOX_TIMINGS;
}) {
	const { timings = OUTBOX_TIMINGS, storage = () => localStorage } = options;
	const locks = options.locks ?? globalThis.navigator?.locks;
	const stored = createEntries(options.storageKey, storage);
	let entries = stored.list();
	let isWorking = false;
	let mustRunAgain = false;
	let isClosed = false;
	let failures = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function refresh() {
		const next = stored.list();
		// A message that another tab has sent, and whose event has not arrived yet, stays in the list. Otherwise the
		// message would disappear and come back.
		const left = entries.filter(
			(entry) =>
				!next.some((one) => one.clientMessageId === entry.clientMessageId) &&
				entry.refusal === null &&
				!options.isShown(entry.clientMessageId),
		);
		if (left.length > 0) setTimeout(() => set(stored.list()), timings.linger);
		set([...left, ...next]);
	}

	function set(next: OutboxEntry[]) {
		if (isClosed) return;
		entries = next;
		options.onChange(entries);
	}

	/** Sends the waiting messages one by one, including messages that are added while it runs. */
	async function sendAll() {
		mustRunAgain = isWorking;
		if (isWorking || isClosed) return;
		isWorking = true;
		clearTimeout(timer);
		try {
			do mustRunAgain = false;
			while (((await withLock(sendNext)) || mustRunAgain) && !isClosed);
		} finally {
			isWorking = false;
		}
	}

	/** Takes the lock of the outbox for one message only, so that a tab that holds the lock for long must be frozen. */
	async function withLock(task: () => Promise<boolean>): Promise<boolean> {
		if (!locks) return task();
		let hasBegun = false;
		const run = () => {
			hasBegun = true;
			return task();
		};
		const giveUp = new AbortController();
		const limit = setTimeout(() => giveUp.abort(), timings.lockTimeout);
		try {
			return await locks.request(`mevi-outbox ${options.storageKey}`, { signal: giveUp.signal }, run);
		} catch (error) {
			// The tab that has the outbox's lock is frozen, so this tab sends without the lock. If both tabs send the
			// message, the server writes it once, because its id is the same.
			if (hasBegun) throw error;
			return task();
		} finally {
			clearTimeout(limit);
		}
	}

	/** Sends the oldest waiting message. @returns whether there may be more messages to send now. */
	async function sendNext(): Promise<boolean> {
		const next = stored.list().find((entry) => entry.refusal === null);
		const waitMs = next ? next.notBefore - Date.now() : 0;
		if (!next || waitMs > 0 || isClosed) {
			if (waitMs > 0) timer = setTimeout(sendAll, Math.min(waitMs, timings.retryMax));
			refresh();
			return false;
		}
		const result = await options
			.send(next)
			.catch((): SendResult => ({ type: "again", afterMs: null, reason: null }));
		if (result.type === "again") {
			failures += 1;
			const retry = { firstMs: timings.retryFirst, maxMs: timings.retryMax };
			const backoff = withJitter(backoffMs(retry, failures));
			stored.put({ ...next, waitsFor: result.reason, notBefore: Date.now() + (result.afterMs ?? backoff) });
			return true;
		}
		failures = 0;
		if (result.type === "sent") stored.remove(next.clientMessageId);
		else stored.put({ ...next, refusal: result.reason, waitsFor: null });
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
		// Another tab wrote a message and sends it; if that tab is closed before it has sent the message, this tab sends
		// it.
		if (event.newValue !== null) void sendAll();
	}
	globalThis.addEventListener?.("storage", onStorage);

	return {
		/**
		 * Stores a message and sends it after the messages before it.
		 * @returns whether the outbox had room; if not, the text must stay in the composer.
		 */
		add(text: string, sessionId: string | null): boolean {
			if (stored.isFull()) return false;
			// The new message comes after all waiting messages, including those that other tabs wrote in the same
			// millisecond.
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
			void sendAll();
			return true;
		},
		/** Sends a refused or waiting message once more. */
		retry(clientMessageId: string) {
			change(clientMessageId, { refusal: null, waitsFor: null, notBefore: 0, isMeant: true });
			void sendAll();
		},
		/** Removes a refused message. @returns the message's text, for the composer. */
		discard(clientMessageId: string): string {
			const text = entries.find((entry) => entry.clientMessageId === clientMessageId)?.text ?? "";
			stored.remove(clientMessageId);
			set(stored.list());
			return text;
		},
		/** Sends the waiting messages now: the network is back, or the page is visible again. */
		flush() {
			failures = 0;
			for (const entry of stored.list()) {
				// A message whose delay the server requested is not sent earlier.
				if (entry.waitsFor === null && entry.notBefore > Date.now()) stored.put({ ...entry, notBefore: 0 });
			}
			void sendAll();
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

/** A random id. Over plain http browsers offer random numbers but no UUIDs. */
const newId = (): string =>
	Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
		"",
	);
