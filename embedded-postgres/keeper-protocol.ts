import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { z } from "zod/v4";

/**
 * The protocol between the keeper (the process that runs Postgres) and its clients: lines of JSON over a loopback
 * connection.
 */

/**
 * The content of the file keeper.json in the data directory (mode 0600): the keeper's process, its port and the token
 * for connecting.
 */
const keeperRecordSchema = z.object({
	pid: z.number(),
	stamp: z.string(),
	port: z.number(),
	token: z.string(),
});
export type KeeperRecord = z.infer<typeof keeperRecordSchema>;

/**
 * The first line that a client sends to the keeper. The role `start` is exclusive, `guest` is not, and `look` only asks
 * which process has `start`.
 */
export const helloSchema = z.object({
	token: z.string(),
	role: z.enum(["start", "guest", "look"]),
	pid: z.number(),
});
export type Hello = z.infer<typeof helloSchema>;

/**
 * The line that the client with the role `start` sends later, so that the error of a second start can contain the
 * server's URL.
 */
export const announcementSchema = z.object({ address: z.string() });

/** The process that has the role `start`. */
const runningServerSchema = z.object({ pid: z.number(), address: z.string().nullable() });
export type RunningServer = z.infer<typeof runningServerSchema>;

export const answerSchema = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("welcome"), url: z.string(), home: z.string(), isElsewhere: z.boolean() }),
	z.object({ kind: z.literal("held"), by: runningServerSchema }),
	z.object({ kind: z.literal("free") }),
]);
export type Answer = z.infer<typeof answerSchema>;

/** The report that the keeper sends to the process that started it, over Node's IPC channel. */
export type KeeperReport = { kind: "ready" } | { kind: "taken" } | { kind: "failed"; message: string };

export function keeperRecordPath(dataDir: string): string {
	return join(dataDir, "keeper.json");
}

/** Reads the file of the last keeper of a data directory; null if there is no file or it is not complete. */
export function readKeeperRecord(dataDir: string): KeeperRecord | null {
	try {
		return keeperRecordSchema.parse(JSON.parse(readFileSync(keeperRecordPath(dataDir), "utf8")));
	} catch {
		return null;
	}
}

/** Calls `take` with each JSON value that arrives as a line on a socket. Other lines are ignored. */
export function readJsonLines(socket: Socket, take: (value: unknown) => void): void {
	let rest = "";
	socket.setEncoding("utf8");
	socket.on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) {
			try {
				take(JSON.parse(line));
			} catch {
				// The sender of such a line is not a client of the keeper. Without the token it can do nothing.
			}
		}
	});
}

export function sendJsonLine(socket: Socket, value: unknown): void {
	socket.write(`${JSON.stringify(value)}\n`);
}
