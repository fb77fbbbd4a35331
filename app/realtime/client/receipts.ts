import type { Message } from "../events.ts";
import { watchAttention } from "./attention.ts";

/** Shortest time between two receipts; later changes are sent together. */
const RECEIPT_EVERY_MS = 1_000;

/**
 * Creates a sender of receipts to the server: `delivered` for messages that the browser has, `read` for messages that
 * were on screen while somebody was at the page. Each sequence is sent once.
 * @param options.side whose page this is, the customer's or an agent's. @param options.post sends a receipt. @param
 * options.onRead called at once with the newest sequence that was read.
 */
export function createReceipts(options: {
	side: "user" | "agent";
	messages: () => Message[];
	post: (fields: Record<string, string>) => Promise<Response>;
	onRead: (seq: number) => void;
}) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let sentAt = 0;
	let seen = 0;
	const acknowledged = { delivered: 0, read: 0 };
	const attention = watchAttention(() => {
		options.onRead(seen);
		schedule();
	});

	const isTheirs = (message: Message) =>
		options.side === "user" ? message.senderType !== "user" : message.senderType === "user";

	async function sendReceipts() {
		timer = undefined;
		sentAt = Date.now();
		const theirs = options.messages().filter(isTheirs);
		const read = attention.isAttentive()
			? theirs.findLast((message) => message.seq <= seen && !message.isRead)
			: undefined;
		const delivered = theirs.findLast((message) => !message.deliveredAt && isFromPerson(message));
		await Promise.all([
			send("read", read),
			// A message that was read was also delivered.
			delivered && read && delivered.seq <= read.seq ? null : send("delivered", delivered),
		]);
	}

	async function send(kind: "delivered" | "read", message: Message | undefined) {
		if (!message || message.seq <= acknowledged[kind]) return;
		const before = acknowledged[kind];
		acknowledged[kind] = message.seq;
		const fields = { intent: kind, seq: String(message.seq), sessionId: message.sessionId };
		const isAccepted = await options.post(fields).then(
			(response) => response.ok,
			() => false,
		);
		if (!isAccepted && acknowledged[kind] === message.seq) acknowledged[kind] = before;
	}

	function schedule() {
		timer ??= setTimeout(() => void sendReceipts(), Math.max(0, sentAt + RECEIPT_EVERY_MS - Date.now()));
	}

	return {
		/** Sends receipts that are due; call it when there are new messages, or the page is visible again. */
		schedule,
		/** Records that a message is on screen; called with the message's sequence. */
		see(seq: number) {
			if (seq <= seen) return;
			seen = seq;
			if (attention.isAttentive()) options.onRead(seen);
			schedule();
		},
		/** Forgets the sent receipts; call it when another session is shown. */
		reset() {
			seen = 0;
			acknowledged.delivered = 0;
			acknowledged.read = 0;
		},
		/**
		 * Sends the `read` receipt again, because the receipt now has another meaning, for example after an agent took
		 * over the session.
		 */
		sendAgain() {
			acknowledged.read = 0;
			schedule();
		},
		/** Starts sending receipts. */
		start() {
			attention.start();
			schedule();
		},
		stop() {
			clearTimeout(timer);
			attention.stop();
		},
	};
}

/** Delivery of the assistant's answers and of notices is not reported, because nobody waits for it. */
const isFromPerson = ({ senderType }: Message) => senderType === "user" || senderType === "agent";
