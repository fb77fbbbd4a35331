import { randomUUID } from "node:crypto";
import { sql } from "#db/client.server.ts";
import { createListener, type Listener } from "../listener.server.ts";
import type { Bus, Envelope } from "./bus.ts";
import { pack, unpack } from "./pack.ts";

/** One channel for all: before Postgres 19 every NOTIFY wakes every listening backend whatever its channel. */
const CHANNEL = "mevi_chat";

/** NOTIFY refuses 8,000 bytes; what is left is room for the wrapping. */
const PAYLOAD_LIMIT_BYTES = 7_500;

/** The first hint goes at once; from then on more gather this long, so that a busy process sends few large ones. */
const GATHER_MS = 3;

/** A database that is down must not make memory grow: the head-check repairs whatever is dropped here. */
const BACKLOG_LIMIT = 20_000;

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
				const packets = pack(waiting, { node, limitBytes: PAYLOAD_LIMIT_BYTES });
				const startedAt = performance.now();
				waiting = { hints: [], ephemerals: [] };
				await sql`
					select pg_notify(${CHANNEL}, packet)
					from jsonb_array_elements_text(${JSON.stringify(packets)}::text::jsonb) as packet`;
				// Counted from the start of the NOTIFY: a slow one has gathered enough by the time it is through.
				const left = GATHER_MS - (performance.now() - startedAt);
				if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
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
					const packet = unpack(payload);
					if (packet.node !== node) onEnvelope(packet.envelope);
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
