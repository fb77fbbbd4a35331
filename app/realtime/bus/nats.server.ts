import { type ConnectToBroker, createBrokerBus } from "./broker-bus.server.ts";
import type { Bus } from "./bus.ts";

const NATS_SUBJECT = "mevi_chat";

/** Largest payload of a NATS message: far below a NATS server's default limit of 1 MB. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/**
 * A bus over core NATS, which delivers each payload at most once.
 * @param url the server's URL, nats:// or tls://, with `name:password@` or `token@` before the host where needed.
 */
export function createNatsBus(url: string): Bus {
	return createBrokerBus({
		kind: "nats",
		name: "NATS",
		url,
		limitBytes: PAYLOAD_LIMIT_BYTES,
		open: openNatsConnection,
	});
}

const openNatsConnection: ConnectToBroker = async (url, onLost, onPayload) => {
	// The NATS driver is imported here, so that a process without BUS_URL does not load it.
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
	void connection.closed().then((error) => onLost(error ?? undefined));
	connection.subscribe(NATS_SUBJECT, {
		callback: (_error, message) => onPayload(message.string()),
	});
	// After the answer to this flush the NATS server has registered the subscription.
	await connection.flush();
	return {
		ping: () => connection.flush(),
		publish: (payload) => connection.publish(NATS_SUBJECT, payload),
		close: () => void connection.close().catch(() => {}),
	};
};
