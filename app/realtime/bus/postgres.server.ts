import { randomUUID } from "node:crypto";
import { runAlone } from "#db/client.server.ts";
import { createListener, type Listener } from "../listener.server.ts";
import type { Bus } from "./bus.ts";
import { unpack } from "./pack.ts";
import { createSender } from "./sender.ts";

/** One channel for all: before Postgres 19 every NOTIFY wakes every listening backend whatever its channel. */
const CHANNEL = "mevi_chat";

const NOTIFY = `
	select pg_notify('${CHANNEL}', payload) from jsonb_array_elements_text($1::text::jsonb) as payload`;

/** NOTIFY refuses 8,000 bytes; what is left is room for the wrapping. */
const PAYLOAD_LIMIT_BYTES = 7_500;

/** Hints over LISTEN/NOTIFY, sent after commit: inside the writer's transaction NOTIFY serialises commits. */
export function createPostgresBus(): Bus {
	const node = randomUUID();
	let listener: Listener | null = null;
	return {
		kind: "postgres",
		async start({ onEnvelope, onGap }) {
			listener = createListener({
				channel: CHANNEL,
				onPayload(payload) {
					const envelope = unpack(node, payload);
					if (envelope) onEnvelope(envelope);
				},
				onGap,
			});
			await listener.start();
		},
		send: createSender({
			node,
			limitBytes: PAYLOAD_LIMIT_BYTES,
			// On the connections of posts: readers, who share the other pools, must not delay it.
			transmit: (payloads) => runAlone(NOTIFY, payloads),
		}),
		isHealthy: () => listener?.isHealthy() ?? false,
		trouble: () => listener?.trouble() ?? null,
		stop: async () => listener?.stop(),
	};
}
