import { randomUUID } from "node:crypto";
import { sql } from "#db/client.server.ts";
import { createListener, type Listener } from "../listener.server.ts";
import type { Bus, Envelope } from "./bus.ts";

/** One channel for all: before Postgres 19 every NOTIFY wakes every listening backend whatever its channel. */
const CHANNEL = "mevi_chat";

/** NOTIFY refuses 8,000 bytes; what is left is room for the wrapping. */
const PAYLOAD_LIMIT_BYTES = 7_500;

/** While a NOTIFY is under way, more hints gather this long, so that a busy process sends few large ones. */
const GATHER_MS = 3;

/** A database that is down must not make memory grow: the head-check repairs whatever is dropped here. */
const BACKLOG_LIMIT = 20_000;

type Packet = { n: string; h?: Envelope["hints"]; e?: Envelope["ephemerals"] };

/** Hints over LISTEN/NOTIFY, sent after commit: inside the writer's transaction NOTIFY serialises commits. */
export function createPostgresBus(): Bus {
	const node = randomUUID();
	let listener: Listener | null = null;
	let waiting: Envelope = { hints: [], ephemerals: [] };
	let isSending = false;

	async function flush() {
		isSending = true;
		try {
			while (waiting.hints.length > 0 || waiting.ephemerals.length > 0) {
				const packets = pack(node, waiting);
				waiting = { hints: [], ephemerals: [] };
				await sql`
					select pg_notify(${CHANNEL}, packet)
					from jsonb_array_elements_text(${JSON.stringify(packets)}::text::jsonb) as packet`;
				await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
			}
		} catch {
			// At most once: whoever needed these hints finds the rows with the next head-check.
			waiting = { hints: [], ephemerals: [] };
		} finally {
			isSending = false;
		}
	}

	return {
		async start({ onEnvelope, onGap }) {
			listener = createListener({
				channel: CHANNEL,
				onPayload(payload) {
					const packet = JSON.parse(payload) as Packet;
					if (packet.n !== node) onEnvelope({ hints: packet.h ?? [], ephemerals: packet.e ?? [] });
				},
				onGap,
			});
			await listener.start();
		},
		send(envelope) {
			if (waiting.hints.length + waiting.ephemerals.length > BACKLOG_LIMIT) return;
			waiting.hints.push(...envelope.hints);
			waiting.ephemerals.push(...envelope.ephemerals);
			if (!isSending) void flush();
		},
		isHealthy: () => listener?.isHealthy() ?? false,
		async stop() {
			await listener?.stop();
		},
	};
}

/** Splits an envelope into payloads below the limit; a single ephemeral above it is dropped. */
export function pack(node: string, envelope: Envelope): string[] {
	const packets: string[] = [];
	let packet: Packet = { n: node };
	let size = 0;
	const add = (kind: "h" | "e", item: unknown) => {
		const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
		if (bytes > PAYLOAD_LIMIT_BYTES) return;
		if (size + bytes > PAYLOAD_LIMIT_BYTES) {
			packets.push(JSON.stringify(packet));
			packet = { n: node };
			size = 0;
		}
		size += bytes;
		const list = (packet[kind] ?? []) as unknown[];
		list.push(item);
		Object.assign(packet, { [kind]: list });
	};
	for (const hint of newestHints(envelope.hints)) add("h", hint);
	for (const ephemeral of envelope.ephemerals) add("e", ephemeral);
	if (size > 0) packets.push(JSON.stringify(packet));
	return packets;
}

function newestHints(hints: Envelope["hints"]): Envelope["hints"] {
	const newest = new Map<Envelope["hints"][number][0], number>();
	for (const [stream, seq] of hints) newest.set(stream, Math.max(seq, newest.get(stream) ?? 0));
	return [...newest];
}
