import { type ConnectToBroker, createBrokerBus } from "./broker-bus.server.ts";
import type { Bus } from "./bus.ts";

/** The one Redis channel for all sessions: each process uses the events that it has readers for. */
const REDIS_CHANNEL = "mevi_chat";

/**
 * Largest payload of a Redis message: far below Redis's buffer limit of 32 MB for a slow subscriber, and enough for
 * any text of a live answer.
 */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/**
 * A bus over Redis's plain pub/sub, which loses payloads while Redis is down. A lost wake-up only delays an event.
 * @param url the server's URL, redis:// or rediss:// (TLS), with name, password and database number where needed.
 */
export function createRedisBus(url: string): Bus {
	return createBrokerBus({
		kind: "redis",
		name: "Redis",
		url,
		limitBytes: PAYLOAD_LIMIT_BYTES,
		open: openRedisConnections,
	});
}

/** Opens two Redis connections that end together, because a subscribed connection may not publish. */
const openRedisConnections: ConnectToBroker = async (url, onLost, onPayload) => {
	// The Redis driver is imported here, so that a process without BUS_URL does not load it.
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
				// `destroy` throws when the Redis client was closed already.
			}
		}
	};
	try {
		await Promise.all([publisher.connect(), subscriber.connect()]);
		await subscriber.subscribe(REDIS_CHANNEL, onPayload);
	} catch (error) {
		close();
		throw error;
	}
	return {
		ping: () => Promise.all([publisher.ping(), subscriber.ping()]),
		publish: (payload) => publisher.publish(REDIS_CHANNEL, payload),
		close,
	};
};
