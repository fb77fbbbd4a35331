import type { Message } from "../events.ts";
import { watchAttention } from "./attention.ts";

/** At most this often; what comes meanwhile is told together. */
const RECEIPT_EVERY_MS = 1_000;

/**
 * Tells the server how far this browser has come: `delivered` for what it has, `read` for what was on screen
 * while somebody was at the page. Each place is told once.
 * @param options.side whose page it is; @param options.post sends a receipt; @param options.onRead is called at
 * once with the newest sequence that has been read.
 */
export function createReceipts(options: {
	side: "user" | "agent";
	messages: () => Message[];
	post: (fields: Record<string, string>) => Promise<Response>;
	onRead: (seq: number) => void;
}) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let toldAt = 0;
	let seen = 0;
	const acknowledged = { delivered: 0, read: 0 };
	const attention = watchAttention(() => {
		options.onRead(seen);
		schedule();
	});

	const isTheirs = (message: Message) =>
		options.side === "user" ? message.senderType !== "user" : message.senderType === "user";

	async function tell() {
		timer = undefined;
		toldAt = Date.now();
		const theirs = options.messages().filter(isTheirs);
		const read = attention.isThere()
			? theirs.findLast((message) => message.seq <= seen && !message.isRead)
			: undefined;
		const delivered = theirs.findLast((message) => !message.deliveredAt && isFromPerson(message));
		await Promise.all([
			send("read", read),
			// What is read is delivered.
			delivered && read && delivered.seq <= read.seq ? null : send("delivered", delivered),
		]);
	}

	async function send(kind: "delivered" | "read", message: Message | undefined) {
		if (!message || message.seq <= acknowledged[kind]) return;
		const before = acknowledged[kind];
		acknowledged[kind] = message.seq;
		const fields = { intent: kind, seq: String(message.seq), sessionId: message.sessionId };
		const isTaken = await options.post(fields).then(
			(response) => response.ok,
			() => false,
		);
		if (!isTaken && acknowledged[kind] === message.seq) acknowledged[kind] = before;
	}

	function schedule() {
		timer ??= setTimeout(() => void tell(), Math.max(0, toldAt + RECEIPT_EVERY_MS - Date.now()));
	}

	return {
		/** To be called when there are new messages, or the page is seen again. */
		schedule,
		/** To be called with the sequence of a message that is on screen. */
		see(seq: number) {
			if (seq <= seen) return;
			seen = seq;
			if (attention.isThere()) options.onRead(seen);
			schedule();
		},
		/** Another conversation is shown: its places begin anew. */
		startOver() {
			seen = 0;
			acknowledged.delivered = 0;
			acknowledged.read = 0;
		},
		/** What this page says counts for more than before, as when an agent has taken the conversation over. */
		tellAgain() {
			acknowledged.read = 0;
			schedule();
		},
		/** Begins to tell. */
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

/** Nobody waits to hear that the assistant's words, or the store's own notices, have arrived. */
const isFromPerson = ({ senderType }: Message) => senderType === "user" || senderType === "agent";
