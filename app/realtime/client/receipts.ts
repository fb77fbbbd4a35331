import type { Message } from "../events.ts";

/** Several messages at once get one receipt. */
const DELAY_MS = 600;

/**
 * Tells the server how far the other side's messages have been seen: only while the page is in sight, and
 * each place once.
 * @param options.side whose page it is; @param options.post sends the receipt.
 */
export function createReceipts(options: {
	side: "user" | "agent";
	messages: () => Message[];
	post: (fields: Record<string, string>) => Promise<Response>;
}) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let acknowledged = 0;

	const isTheirs = (message: Message) =>
		options.side === "user" ? message.senderType !== "user" : message.senderType === "user";

	async function send() {
		if (document.visibilityState !== "visible") return;
		const newest = options.messages().findLast((message) => isTheirs(message) && !message.isRead);
		if (!newest || newest.seq <= acknowledged) return;
		const before = acknowledged;
		acknowledged = newest.seq;
		try {
			const response = await options.post({
				intent: "read",
				seq: String(newest.seq),
				sessionId: newest.sessionId,
			});
			if (!response.ok) acknowledged = before;
		} catch {
			acknowledged = before;
		}
	}

	return {
		/** To be called when there are new messages, or the page is seen again. */
		schedule() {
			clearTimeout(timer);
			timer = setTimeout(send, DELAY_MS);
		},
		/** Another conversation is shown: its places begin anew. */
		startOver() {
			acknowledged = 0;
		},
		stop: () => clearTimeout(timer),
	};
}
