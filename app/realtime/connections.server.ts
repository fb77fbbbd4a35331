import { singleton } from "#app/singleton.server.ts";
import { HEARTBEAT_MS } from "./events.ts";

const TICK_MS = 1_000;
/** Streams end after 10 minutes times 0.8 to 1: a deploy then looks like any day. */
const LIFETIME_MS = 600_000;

export type Connection = { beat(): void; goodbye(inMs: number): void };

type Entry = { connection: Connection; beatAt: number; endAt: number };

/** Every open stream of this process, on one clock instead of a timer each. */
const register = singleton("connections", () => {
	const entries = new Set<Entry>();
	const timer = setInterval(() => {
		const now = Date.now();
		for (const entry of entries) {
			if (now >= entry.endAt) entry.connection.goodbye(0);
			else if (now >= entry.beatAt) {
				entry.beatAt = now + HEARTBEAT_MS;
				entry.connection.beat();
			}
		}
	}, TICK_MS);
	timer.unref();
	return { entries, isDraining: false };
});

/** Takes a connection onto the clock. @returns how to take it off. */
export function enterConnection(connection: Connection): () => void {
	const now = Date.now();
	const entry = {
		connection,
		beatAt: now + HEARTBEAT_MS,
		endAt: now + LIFETIME_MS * (0.8 + Math.random() * 0.2),
	};
	register.entries.add(entry);
	return () => register.entries.delete(entry);
}

export const countConnections = (): number => register.entries.size;

/** True once the process has been told to end; readiness says so, and no new stream is opened. */
export const isDraining = (): boolean => register.isDraining;

/**
 * Says goodbye to every stream, telling each to come back at its own random moment so that the next process
 * is not stormed. @param spreadMs the longest wait told.
 */
export function drainConnections(spreadMs: number): void {
	register.isDraining = true;
	for (const { connection } of [...register.entries])
		connection.goodbye(Math.round(Math.random() * spreadMs));
}
