import type { Bus } from "./bus.ts";
import { createCarrierBus, type OpenCarrier } from "./carrier.server.ts";

/** One channel for all: every process takes what it has readers for. */
const CHANNEL = "mevi_chat";

/** Far below Redis's 32 MB for a slow subscriber, and enough for any words of an answer. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/**
 * Hints over Redis's plain pub/sub, which loses them while it is away, and that is all that is asked of it.
 * @param url redis:// or rediss:// (TLS), with name, password and database as usual.
 */
export function createRedisBus(url: string): Bus {
	return createCarrierBus({ kind: "redis", name: "Redis", url, limitBytes: PAYLOAD_LIMIT_BYTES, open });
}

/** Two connections that live and die together: one that has subscribed may not publish. */
const open: OpenCarrier = async (url, lost, onPayload) => {
	// Here and not above: a process that has no BUS_URL does not load the driver.
	const { createClient } = await import("@redis/client");
	const make = () =>
		createClient({
			url,
			socket: { reconnectStrategy: false, connectTimeout: 5_000 },
			disableOfflineQueue: true,
			disableClientInfo: true,
			maintNotifications: "disabled",
		})
			.on("error", lost)
			.on("end", () => lost());
	const publisher = make();
	const subscriber = make();
	const close = () => {
		for (const client of [publisher, subscriber]) {
			try {
				client.destroy();
			} catch {
				// It had ended already.
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
