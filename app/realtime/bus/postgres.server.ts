import { randomUUID } from "node:crypto";
import { runAlone } from "#db/client.server.ts";
import { createListener, type Listener } from "../listener.server.ts";
import type { Bus } from "./bus.ts";
import { createSender, decodePacket } from "./sender.ts";

/**
 * The one NOTIFY channel for all sessions. More channels save nothing: before Postgres 19 every NOTIFY wakes every
 * listening backend, whatever its channel.
 */
const NOTIFY_CHANNEL = "mevi_chat";

const NOTIFY_SQL = `
	select pg_notify('${NOTIFY_CHANNEL}', payload) from jsonb_array_elements_text($1::text::jsonb) as payload`;

/**
 * Largest payload of a NOTIFY. Postgres rejects 8,000 bytes and more; the difference is for the framing of a packet.
 */
const PAYLOAD_LIMIT_BYTES = 7_500;

/**
 * A bus over Postgres LISTEN/NOTIFY. Envelopes are sent after the commit, because a NOTIFY inside a transaction makes
 * all commits wait for each other.
 */
export function createPostgresBus(): Bus {
	const node = randomUUID();
	let listener: Listener | null = null;
	return {
		kind: "postgres",
		async start({ onEnvelope, onGap }) {
			listener = createListener({
				channel: NOTIFY_CHANNEL,
				onPayload(payload) {
					const envelope = decodePacket(node, payload);
					if (envelope) onEnvelope(envelope);
				},
				onGap,
			});
			await listener.start();
		},
		send: createSender({
			node,
			limitBytes: PAYLOAD_LIMIT_BYTES,
			// NOTIFY uses the pool of connections that writes messages, so that the queries of readers do not delay it.
			transmit: (payloads) => runAlone(NOTIFY_SQL, payloads),
		}),
		isHealthy: () => listener?.isHealthy() ?? false,
		trouble: () => listener?.trouble() ?? null,
		stop: async () => listener?.stop(),
	};
}
