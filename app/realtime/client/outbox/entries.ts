import { z } from "zod/v4";

// zod probes `new Function` for its compiled checks, which a page's Content-Security-Policy blocks and reports.
if (typeof document !== "undefined") z.config({ jitless: true });

/** A message on its way: written down before it is sent, taken away when the server has acknowledged it. */
const entrySchema = z.object({
	clientMessageId: z.string(),
	text: z.string(),
	sessionId: z.string().nullable(),
	writtenAt: z.number(),
	/** Why the server would not have it; it waits for the person then. */
	refusal: z.string().nullable(),
	/** Why it waits, in words, while it will be sent by itself; null for no more than the network. */
	waitsFor: z.string().nullable(),
	/** Not to be sent before, in any tab. */
	notBefore: z.number(),
	/** The person has said that it is to be sent although it is old. */
	isMeant: z.boolean(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

/** As many as may wait at a time: each a message somebody typed. */
const MOST_ENTRIES = 50;
/** What has waited so long is not sent by itself any more: the moment it was meant for has passed. */
const STALE_MS = 24 * 60 * 60_000;
const FORGOTTEN_MS = 7 * STALE_MS;
const STALE = "It was written more than a day ago.";

/**
 * The messages of one owner that wait in the browser's storage, each under a key of its own: two tabs that write
 * at the same moment cannot overwrite each other. What storage will not take is kept as long as the page.
 *
 * @param prefix begins the keys; it names the owner.
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
				const entry = parse(store.getItem(key));
				if (entry && entry.writtenAt > Date.now() - FORGOTTEN_MS) return [entry];
				store.removeItem(key);
				return [];
			});
		} catch {
			return [];
		}
	}

	return {
		/** All that wait, oldest first. */
		list(): OutboxEntry[] {
			return [...read(), ...unstored.values()]
				.map((entry) => (entry.refusal === null && isStale(entry) ? { ...entry, refusal: STALE } : entry))
				.sort((a, b) => a.writtenAt - b.writtenAt || (a.clientMessageId < b.clientMessageId ? -1 : 1));
		},
		put(entry: OutboxEntry) {
			try {
				storage().setItem(keyOf(entry.clientMessageId), JSON.stringify(entry));
				unstored.delete(entry.clientMessageId);
			} catch {
				// Storage is full or switched off: what is written lives as long as the page.
				unstored.set(entry.clientMessageId, entry);
			}
		},
		remove(clientMessageId: string) {
			unstored.delete(clientMessageId);
			try {
				storage().removeItem(keyOf(clientMessageId));
			} catch {
				// Switched off: it was never in there.
			}
		},
		isFull: () => read().length + unstored.size >= MOST_ENTRIES,
		/** Whether a key of the storage is one of these entries. */
		isKey: (key: string | null) => key === null || key.startsWith(`${prefix} `),
	};
}

const isStale = (entry: OutboxEntry) => !entry.isMeant && entry.writtenAt < Date.now() - STALE_MS;

function parse(text: string | null): OutboxEntry | null {
	try {
		return entrySchema.parse(JSON.parse(text ?? ""));
	} catch {
		return null;
	}
}
