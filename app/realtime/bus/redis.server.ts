import { randomUUID } from "node:crypto";
import type { Bus } from "./bus.ts";
import { type Connection, keepLine, type Line, publicAddress } from "./line.server.ts";
import { unpack } from "./pack.ts";
import { createSender } from "./sender.ts";

/** One channel for all: every process takes what it has readers for. */
const CHANNEL = "mevi_chat";

/** Far below Redis's 32 MB for a slow subscriber, and enough for any words of an answer. */
const PAYLOAD_LIMIT_BYTES = 64 * 1024;
const PING_EVERY_MS = 2_000;

type Redis = Connection & { publish(payload: string): Promise<unknown> };

/**
 * Hints over Redis's plain pub/sub, which loses them while it is away, and that is all that is asked of it.
 * @param url redis:// or rediss:// (TLS), with name, password and database as usual.
 */
export function createRedisBus(url: string): Bus {
	const node = randomUUID();
	let line: Line<Redis> | null = null;
	return {
		kind: "redis",
		async start({ onEnvelope, onGap }) {
			line = keepLine({
				name: `Redis at ${publicAddress(url)}`,
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
				const redis = line?.current();
				if (redis) await Promise.all(payloads.map((payload) => redis.publish(payload)));
			},
		}),
		isHealthy: () => Boolean(line?.current()),
		trouble: () => line?.trouble() ?? null,
		stop: async () => line?.stop(),
	};
}

/** Two connections that live and die together: one that has subscribed may not publish. */
async function open(
	url: string,
	lost: (reason?: unknown) => void,
	onPayload: (payload: string) => void,
): Promise<Redis> {
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
}
