import type { Bus } from "./bus.ts";
import { createCarrierBus, type OpenCarrier } from "./carrier.server.ts";

const SUBJECT = "mevi_chat";

/** A NATS server takes 1 MB unless told otherwise. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/**
 * Hints over core NATS, at most once.
 * @param url nats:// or tls://, with `name:password@` or `token@` before the host where they are needed.
 */
export function createNatsBus(url: string): Bus {
	return createCarrierBus({ kind: "nats", name: "NATS", url, limitBytes: PAYLOAD_LIMIT_BYTES, open });
}

const open: OpenCarrier = async (url, lost, onPayload) => {
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
};
