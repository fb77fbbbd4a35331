import { z } from "zod/v4";

// By default zod tests whether `new Function` works. A page's Content-Security-Policy blocks and reports that test,
// so it is switched off.
if (typeof document !== "undefined") z.config({ jitless: true });

/** An unacknowledged message: stored before it is sent, removed when the server has acknowledged it. */
const entrySchema = z.object({
	clientMessageId: z.string(),
	text: z.string(),
	sessionId: z.string().nullable(),
	writtenAt: z.number(),
	/** Why the server refused the message; a refused message then waits for the user. */
	refusal: z.string().nullable(),
	/** Text for the user: why the message waits for an automatic retry; null when only the network is the reason. */
	waitsFor: z.string().nullable(),
	/** Time (ms since 1970) before which no tab sends the message. */
	notBefore: z.number(),
	/** Whether the user has confirmed that this old message is still to be sent. */
	isMeant: z.boolean(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

/** Most waiting messages in an outbox. */
const MAX_ENTRIES = 50;
/** A waiting message of this age is no longer sent automatically, because it may be out of date. */
const STALE_MS = 24 * 60 * 60_000;
const DISCARD_MS = 7 * STALE_MS;
const STALE_TEXT = "It was written more than a day ago.";

/**
 * The waiting messages of one owner in the browser's storage, each under its own key, so that two tabs that write at the
 * same moment cannot overwrite each other. Messages that the storage rejects are kept in memory while the page is open.
 *
 * @param prefix prefix of the keys, which contains the owner.
 */
export function createEntries(prefix: string, storage: () => Storage) {
	const unstored = new Map<string, OutboxEntry>();
	const keyOf = (clientMessageId: string) => `${prefix} ${clientMessageId}`;

	function read(): OutboxEntry[] {
		try {
			const store = storage();
			const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
			return keys.flatMap((key) => {
				if (!key?.startsWith(`${prefix} `)) return [];
				const entry = parseEntry(store.getItem(key));
				if (entry && entry.writtenAt > Date.now() - DISCARD_MS) return [entry];
				store.removeItem(key);
				return [];
			});
		} catch {
			return [];
		}
	}

	return {
		/** All waiting messages, oldest first. */
		list(): OutboxEntry[] {
			return [...read(), ...unstored.values()]
				.map((entry) =>
					entry.refusal === null && isStale(entry) ? { ...entry, refusal: STALE_TEXT } : entry,
				)
				.sort((a, b) => a.writtenAt - b.writtenAt || (a.clientMessageId < b.clientMessageId ? -1 : 1));
		},
		put(entry: OutboxEntry) {
			try {
				storage().setItem(keyOf(entry.clientMessageId), JSON.stringify(entry));
				unstored.delete(entry.clientMessageId);
			} catch {
				// The storage is full or disabled: the message is kept while the page is open.
				unstored.set(entry.clientMessageId, entry);
			}
		},
		remove(clientMessageId: string) {
			unstored.delete(clientMessageId);
			try {
				storage().removeItem(keyOf(clientMessageId));
			} catch {
				// The storage is disabled, so it never contained the message.
			}
		},
		isFull: () => read().length + unstored.size >= MAX_ENTRIES,
		/** Whether a key of the storage belongs to a waiting message of this owner. */
		isKey: (key: string | null) => key === null || key.startsWith(`${prefix} `),
	};
}

const isStale = (entry: OutboxEntry) => !entry.isMeant && entry.writtenAt < Date.now() - STALE_MS;

function parseEntry(text: string | null): OutboxEntry | null {
	try {
		return entrySchema.parse(JSON.parse(text ?? ""));
	} catch {
		return null;
	}
}
