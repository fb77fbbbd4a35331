import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { z } from "zod/v4";

/** How a keeper and the processes that use its Postgres talk: JSON lines over a loopback connection. */

/** In the data directory, 0600: where the keeper listens and the word that opens its door. */
const keeperRecord = z.object({ pid: z.number(), stamp: z.string(), port: z.number(), token: z.string() });
export type KeeperRecord = z.infer<typeof keeperRecord>;

/** The first line a user of the database sends; `start` is the one server that owns the data directory. */
export const hello = z.object({
	token: z.string(),
	role: z.enum(["start", "guest", "look"]),
	pid: z.number(),
});
export type Hello = z.infer<typeof hello>;

/** Sent later by `start`, so that a second one can say where the first is. */
export const announcement = z.object({ address: z.string() });

/** Who holds the `start` role. */
const holder = z.object({ pid: z.number(), address: z.string().nullable() });
export type Holder = z.infer<typeof holder>;

export const answer = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("welcome"), url: z.string(), home: z.string(), isElsewhere: z.boolean() }),
	z.object({ kind: z.literal("held"), by: holder }),
	z.object({ kind: z.literal("free") }),
]);
export type Answer = z.infer<typeof answer>;

/** What a keeper tells the process that started it, over Node's own channel. */
export type KeeperReport = { kind: "ready" } | { kind: "taken" } | { kind: "failed"; message: string };

export function keeperFile(dataDir: string): string {
	return join(dataDir, "keeper.json");
}

/** The record of the last keeper of a data directory; null when there is none to be read. */
export function readKeeperRecord(dataDir: string): KeeperRecord | null {
	try {
		return keeperRecord.parse(JSON.parse(readFileSync(keeperFile(dataDir), "utf8")));
	} catch {
		return null;
	}
}

/** Calls `take` with each line of JSON that arrives; what is not JSON is dropped. */
export function onLine(socket: Socket, take: (value: unknown) => void): void {
	let rest = "";
	socket.setEncoding("utf8");
	socket.on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) {
			try {
				take(JSON.parse(line));
			} catch {
				// A stranger on this port; without the token nothing follows from what it sends.
			}
		}
	});
}

export function sendLine(socket: Socket, value: unknown): void {
	socket.write(`${JSON.stringify(value)}\n`);
}
