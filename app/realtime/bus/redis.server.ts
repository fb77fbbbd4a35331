import { type ConnectToBroker, createBrokerBus } from "./broker-bus.server.ts";
import type { Bus } from "./bus.ts";

/** One channel for everything: each process uses the events that it has readers for. */
const CHANNEL = "mevi_chat";

/** Far below Redis's 32 MB limit for a slow subscriber, and enough for any text of a live answer. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/**
 * A bus over Redis's plain pub/sub, which loses payloads while it is down; that is acceptable for wake-ups.
 * @param url redis:// or rediss:// (TLS), with name, password and database as usual.
 */
export function createRedisBus(url: string): Bus {
	return createBrokerBus({ kind: "redis", name: "Redis", url, limitBytes: PAYLOAD_LIMIT_BYTES, open });
}

/** Opens two connections that end together, because a subscribed connection may not publish. */
const open: ConnectToBroker = async (url, onLost, onPayload) => {
	// Imported here, so that a process without BUS_URL does not load the driver.
	const { createClient } = await import("@redis/client");
	const createOwnClient = () =>
		createClient({
			url,
			socket: { reconnectStrategy: false, connectTimeout: 5_000 },
			disableOfflineQueue: true,
			disableClientInfo: true,
			maintNotifications: "disabled",
		})
			.on("error", onLost)
			.on("end", () => onLost());
	const publisher = createOwnClient();
	const subscriber = createOwnClient();
	const close = () => {
		for (const client of [publisher, subscriber]) {
			try {
				client.destroy();
			} catch {
				// The client was closed already.
			}
		}
	};
	try {
		await Promise.all([publisher.connect(), subscriber.connect()]);
		await subscriber.subscribe(CHANNEL, onPayload);
	} catch (error) {
		close();
		throw error;
	}
	return {
		ping: () => Promise.all([publisher.ping(), subscriber.ping()]),
		publish: (payload) => publisher.publish(CHANNEL, payload),
		close,
	};
};
