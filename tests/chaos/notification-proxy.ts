import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "#tests/setup/server-process.ts";
import type { Random } from "./random.ts";

/** Kind byte of NotificationResponse in Postgres's protocol 3 (PostgreSQL documentation, 53.7). */
const NOTIFICATION = "A".charCodeAt(0);
const HEADER_BYTES = 5;

/**
 * A proxy between Postgres and the connections on which the servers LISTEN (LISTEN_DATABASE_URL). The proxy drops or
 * duplicates notifications, so that the product needs no code for disturbing wake-ups.
 */
export type NotificationProxy = {
	port: number;
	/** Sets the shares of notifications that the proxy drops and duplicates, each from 0 to 1. */
	disturb(share: { lost: number; doubled: number }): void;
	/** Numbers of notifications that the proxy has passed on, dropped and duplicated so far. */
	counts(): { passed: number; lost: number; doubled: number };
	close(): Promise<void>;
};

/** Starts the notification proxy in front of the Postgres on port `upstreamPort`. */
export async function startNotificationProxy(
	upstreamPort: number,
	random: Random,
): Promise<NotificationProxy> {
	const sockets = new Set<Socket>();
	const counted = { passed: 0, lost: 0, doubled: 0 };
	let share = { lost: 0, doubled: 0 };

	/** How many times a notification is passed on: 0, 1 or 2. */
	function copies(message: Buffer): number {
		// Notifications of a listener's self-test are always passed on, because they are no wake-ups.
		if (message.includes("self_test")) return 1;
		const dice = random.next();
		if (dice < share.lost) {
			counted.lost += 1;
			return 0;
		}
		counted.passed += 1;
		if (dice >= share.lost + share.doubled) return 1;
		counted.doubled += 1;
		return 2;
	}

	const server: Server = createServer((client) => {
		const upstream = connect(upstreamPort, "127.0.0.1");
		let waiting: Buffer = Buffer.alloc(0);
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				client.destroy();
				upstream.destroy();
			});
		}
		client.pipe(upstream);
		upstream.on("data", (chunk: Buffer) => {
			waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
			let at = 0;
			while (waiting.length - at >= HEADER_BYTES) {
				const length = 1 + waiting.readUInt32BE(at + 1);
				if (waiting.length - at < length) break;
				const message = waiting.subarray(at, at + length);
				const times = message[0] === NOTIFICATION ? copies(message) : 1;
				for (let index = 0; index < times; index += 1) client.write(message);
				at += length;
			}
			waiting = waiting.subarray(at);
		});
	});
	const port = await freePort();
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return {
		port,
		disturb(wanted) {
			share = wanted;
		},
		counts: () => ({ ...counted }),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}
