import { z } from "zod/v4";

/** A message on its way: written down before it is sent, taken away when the server has acknowledged it. */
const entrySchema = z.object({
	clientMessageId: z.string(),
	text: z.string(),
	sessionId: z.string().nullable(),
	writtenAt: z.number(),
	/** Why the server would not have it; it waits for the person then. */
	refusal: z.string().nullable(),
});
export type OutboxEntry = z.infer<typeof entrySchema>;

/** What sending came to: `again` for a network that failed or a server that was busy. */
export type SendResult =
	| { type: "sent" }
	| { type: "refused"; why: string }
	| { type: "again"; afterMs: number | null };

const RETRY_FIRST_MS = 1_000;
const RETRY_LIMIT_MS = 15_000;

/**
 * Messages not yet acknowledged, kept in the browser's storage: they survive a reload, are retried with the
 * same id (so none is doubled) and in the order they were written (so none overtakes another).
 */
export function createOutbox(options: {
	storageKey: string;
	send: (entry: OutboxEntry) => Promise<SendResult>;
	onChange: (entries: OutboxEntry[]) => void;
}) {
	let entries = load(options.storageKey);
	let isSending = false;
	let failures = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function change(next: OutboxEntry[]) {
		entries = next;
		try {
			if (entries.length === 0) sessionStorage.removeItem(options.storageKey);
			else sessionStorage.setItem(options.storageKey, JSON.stringify(entries));
		} catch {
			// Storage is full or switched off: what is written lives as long as the page.
		}
		options.onChange(entries);
	}

	async function work() {
		if (isSending) return;
		const next = entries.find((entry) => entry.refusal === null);
		if (!next) return;
		isSending = true;
		clearTimeout(timer);
		const result = await options.send(next).catch((): SendResult => ({ type: "again", afterMs: null }));
		isSending = false;
		if (result.type === "again") {
			const backoff = Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_LIMIT_MS) * (0.5 + Math.random() / 2);
			failures += 1;
			timer = setTimeout(work, result.afterMs ?? backoff);
			return;
		}
		failures = 0;
		change(
			result.type === "sent"
				? entries.filter((entry) => entry.clientMessageId !== next.clientMessageId)
				: entries.map((entry) =>
						entry.clientMessageId === next.clientMessageId ? { ...entry, refusal: result.why } : entry,
					),
		);
		void work();
	}

	return {
		/** Writes a message down and sends it as soon as it is its turn. */
		add(text: string, sessionId: string | null) {
			change([
				...entries,
				{ clientMessageId: crypto.randomUUID(), text, sessionId, writtenAt: Date.now(), refusal: null },
			]);
			void work();
		},
		/** Tries a refused message once more. */
		retry(clientMessageId: string) {
			change(
				entries.map((entry) =>
					entry.clientMessageId === clientMessageId ? { ...entry, refusal: null } : entry,
				),
			);
			void work();
		},
		/** Gives a refused message up. @returns its text, for the composer. */
		discard(clientMessageId: string): string {
			const text = entries.find((entry) => entry.clientMessageId === clientMessageId)?.text ?? "";
			change(entries.filter((entry) => entry.clientMessageId !== clientMessageId));
			return text;
		},
		/** Sends now whatever waits: the network is back, or the page is seen again. */
		hurry() {
			clearTimeout(timer);
			failures = 0;
			void work();
		},
		entries: () => entries,
		close: () => clearTimeout(timer),
	};
}

export type Outbox = ReturnType<typeof createOutbox>;

function load(storageKey: string): OutboxEntry[] {
	try {
		return z.array(entrySchema).parse(JSON.parse(sessionStorage.getItem(storageKey) ?? "[]"));
	} catch {
		return [];
	}
}
