import { randomUUID } from "node:crypto";
import type { Bus } from "./bus.ts";
import {
	keepConnectionOpen,
	type OpenConnection,
	type ReconnectingConnection,
	removeCredentials,
} from "./kept-connection.server.ts";
import { createSender, decodePacket } from "./sender.ts";

const PING_EVERY_MS = 2_000;

/** An open connection to a broker; `publish` sends a payload to every other server process. */
type BrokerConnection = OpenConnection & { publish(payload: string): unknown };

/**
 * Opens a connection to a broker. The function calls `onLost` when the connection ends and `onPayload` with each
 * payload that arrives.
 */
export type ConnectToBroker = (
	url: string,
	onLost: (reason?: unknown) => void,
	onPayload: (payload: string) => void,
) => Promise<BrokerConnection>;

/**
 * A bus over a broker that delivers payloads at most once.
 * @param options.name the broker's product name, for the log. @param options.limitBytes largest payload in bytes.
 */
export function createBrokerBus(options: {
	kind: Bus["kind"];
	name: string;
	url: string;
	limitBytes: number;
	open: ConnectToBroker;
}): Bus {
	const { kind, name, url, limitBytes, open } = options;
	const node = randomUUID();
	let connection: ReconnectingConnection<BrokerConnection> | null = null;
	return {
		kind,
		async start({ onEnvelope, onGap }) {
			connection = keepConnectionOpen({
				name: `${name} at ${removeCredentials(url)}`,
				pingEveryMs: PING_EVERY_MS,
				open: (onLost) =>
					open(url, onLost, (payload) => {
						const envelope = decodePacket(node, payload);
						if (envelope) onEnvelope(envelope);
					}),
				onOpen: onGap,
			});
			await connection.start();
		},
		send: createSender({
			node,
			limitBytes,
			transmit: async (payloads) => {
				const broker = connection?.current();
				if (broker) await Promise.all(payloads.map((payload) => broker.publish(payload)));
			},
		}),
		isHealthy: () => Boolean(connection?.current()),
		trouble: () => connection?.trouble() ?? null,
		stop: async () => connection?.stop(),
	};
}
