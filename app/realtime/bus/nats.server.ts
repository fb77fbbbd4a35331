import { randomUUID } from "node:crypto";
import type { Bus } from "./bus.ts";
import { type Connection, keepLine, type Line, publicAddress } from "./line.server.ts";
import { unpack } from "./pack.ts";
import { createSender } from "./sender.ts";

const SUBJECT = "mevi_chat";

/** A NATS server takes 1 MB unless told otherwise. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;
const PING_EVERY_MS = 2_000;

type Nats = Connection & { publish(payload: string): void };

/**
 * Hints over core NATS, at most once.
 * @param url nats:// or tls://, with `name:password@` or `token@` before the host where they are needed.
 */
export function createNatsBus(url: string): Bus {
	const node = randomUUID();
	let line: Line<Nats> | null = null;
	return {
		kind: "nats",
		async start({ onEnvelope, onGap }) {
			line = keepLine({
				name: `NATS at ${publicAddress(url)}`,
				pingEveryMs: PING_EVERY_MS,
				open: (lost) =>
					open(url, lost, (payload) => {
						const envelope = unpack(node, payload);
						if (envelope) onEnvelope(envelope);
					}),
				onOpen: onGap,
			});
			await line.start();
		},
		send: createSender({
			node,
			limitBytes: PAYLOAD_LIMIT_BYTES,
			transmit: async (payloads) => {
				for (const payload of payloads) line?.current()?.publish(payload);
			},
		}),
		isHealthy: () => Boolean(line?.current()),
		trouble: () => line?.trouble() ?? null,
		stop: async () => line?.stop(),
	};
}

async function open(
	url: string,
	lost: (reason?: unknown) => void,
	onPayload: (payload: string) => void,
): Promise<Nats> {
	// Here and not above: a process that has no BUS_URL does not load the driver.
	const { connect } = await import("@nats-io/transport-node");
	const { protocol, host, username, password } = new URL(url);
	const name = decodeURIComponent(username);
	const connection = await connect({
		servers: host,
		...(password ? { user: name, pass: decodeURIComponent(password) } : name ? { token: name } : {}),
		...(protocol === "tls:" ? { tls: {} } : {}),
		reconnect: false,
		timeout: 5_000,
		noEcho: true,
	});
	void connection.closed().then((error) => lost(error ?? undefined));
	connection.subscribe(SUBJECT, {
		callback: (_error, message) => onPayload(message.string()),
	});
	// The server has the subscription when it has answered.
	await connection.flush();
	return {
		ping: () => connection.flush(),
		publish: (payload) => connection.publish(SUBJECT, payload),
		close: () => void connection.close().catch(() => {}),
	};
}
