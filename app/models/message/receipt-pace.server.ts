import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { markDelivered, markRead } from "./receipts.server.ts";

/** Minimum time in ms between two writes of one reader's receipts. Receipts in between are written together. */
const RECEIPT_EVERY_MS = 1_000;

export type Receipt = { kind: "delivered" | "read"; upToSeq: number };

type ReceiptReader = {
	furthest: Record<Receipt["kind"], number>;
	writtenAt: number;
	next: Promise<void> | null;
};

const receiptReaders = singleton("receipt-readers", () => new Map<string, ReceiptReader>());

/**
 * Stores a receipt of a reader's browser. The first receipt is written at once. Receipts that follow within a second are
 * written together at the end of the second, as the largest sequence of each kind (read, delivered). A reader who scrolls
 * through a long session, in any number of tabs, therefore costs one write a second.
 * @returns when the receipt has been written. @throws NotFound
 */
export function noteReceipt(sessionId: string, actor: Actor, receipt: Receipt): Promise<void> {
	const key = `${sessionId} ${readerKeyOf(actor)}`;
	const reader = receiptReaders.get(key) ?? { furthest: { delivered: 0, read: 0 }, writtenAt: 0, next: null };
	receiptReaders.set(key, reader);
	reader.furthest[receipt.kind] = Math.max(reader.furthest[receipt.kind], receipt.upToSeq);
	reader.next ??= writeInTurn(reader, sessionId, actor).finally(() => {
		// A reader without a receipt for a second is forgotten.
		setTimeout(() => {
			if (!reader.next && Date.now() - reader.writtenAt >= RECEIPT_EVERY_MS) receiptReaders.delete(key);
		}, RECEIPT_EVERY_MS).unref();
	});
	return reader.next;
}

async function writeInTurn(reader: ReceiptReader, sessionId: string, actor: Actor): Promise<void> {
	const wait = reader.writtenAt + RECEIPT_EVERY_MS - Date.now();
	// The `await` is needed even without a delay, because the caller must store the promise of this write before it is
	// cleared below.
	await (wait > 0 ? delay(wait) : undefined);
	const { delivered, read } = reader.furthest;
	reader.furthest = { delivered: 0, read: 0 };
	reader.writtenAt = Date.now();
	// Receipts that arrive from here on belong to the reader's next write.
	reader.next = null;
	if (read > 0) await markRead(sessionId, actor, read);
	if (delivered > read) await markDelivered(sessionId, actor, delivered);
}

function readerKeyOf(actor: Actor): string {
	if (actor.type === "customer")
		return `customer ${actor.identity.visitorId} ${actor.identity.customerId ?? ""}`;
	return actor.type === "agent" ? `agent ${actor.agentId}` : `program ${actor.name}`;
}
