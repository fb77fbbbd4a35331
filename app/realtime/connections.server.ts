import { singleton } from "#app/singleton.server.ts";
import { HEARTBEAT_MS } from "./events.ts";

const TICK_MS = 1_000;
/**
 * Longest life of an event stream: 10 minutes, times a random 0.8 to 1. Streams end regularly, so that reconnects
 * after a deploy are nothing unusual.
 */
const LIFETIME_MS = 600_000;

export type OpenStreamConnection = { sendHeartbeat(): void; sendBye(inMs: number): void };

type RegisteredConnection = { connection: OpenStreamConnection; heartbeatAt: number; endAt: number };

/** Every open stream of this process, with one timer for all of them. */
const streamRegister = singleton("connections", () => {
	const entries = new Set<RegisteredConnection>();
	const timer = setInterval(() => {
		const now = Date.now();
		for (const entry of entries) {
			if (now >= entry.endAt) entry.connection.sendBye(0);
			else if (now >= entry.heartbeatAt) {
				entry.heartbeatAt = now + HEARTBEAT_MS;
				entry.connection.sendHeartbeat();
			}
		}
	}, TICK_MS);
	timer.unref();
	return { entries, isDraining: false };
});

/** Registers an open stream for heartbeats and its lifetime. @returns a function that removes it. */
export function registerConnection(connection: OpenStreamConnection): () => void {
	const now = Date.now();
	const entry = {
		connection,
		heartbeatAt: now + HEARTBEAT_MS,
		endAt: now + LIFETIME_MS * (0.8 + Math.random() * 0.2),
	};
	streamRegister.entries.add(entry);
	return () => streamRegister.entries.delete(entry);
}

export const countConnections = (): number => streamRegister.entries.size;

/** True while the process is shutting down: the readiness check then fails, and no new stream is opened. */
export const isDraining = (): boolean => streamRegister.isDraining;

/**
 * Ends every event stream of this process. Each client receives a `bye` with a random delay before it reconnects, so that the next
 * process is not overloaded. @param spreadMs longest delay in ms.
 */
export function drainConnections(spreadMs: number): void {
	streamRegister.isDraining = true;
	for (const { connection } of [...streamRegister.entries])
		connection.sendBye(Math.round(Math.random() * spreadMs));
}
