/**
 * The transports, best first. All have the same cursor, the same authorisation and the same events; only the framing
 * differs, because networks differ in what they pass on.
 */
const TRANSPORTS = ["sse", "sse-post", "long-poll", "short-poll"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The transport that the page shows; `reload` when no request of a script succeeds any more. */
export type ShownTransport = Transport | "reload";

export const isStream = (transport: Transport): transport is "sse" | "sse-post" =>
	transport === "sse" || transport === "sse-post";

/** The transports that are better than this one, best first. */
export const betterThan = (transport: Transport): Transport[] =>
	TRANSPORTS.slice(0, TRANSPORTS.indexOf(transport));

/** Name and content (`rung`, `until`) of the stored entry keep their names, so that old entries stay readable. */
const KEY = "mevi-rung";
const REMEMBER_MS = 10 * 60_000;

export type TransportMemory = {
	/** The transport that worked on this network, and until when it is used; null when nothing is known. */
	read(): { transport: Transport; until: number } | null;
	/** Stores a transport; storing the best one deletes the entry. @returns until when it is used (ms since 1970). */
	save(transport: Transport): number;
};

/**
 * Remembers the transport in the browser's storage, because the network is the same for every page of this site: the
 * next page need not find it out again.
 */
export function createTransportMemory(storage: () => Storage): TransportMemory {
	return {
		read() {
			try {
				const kept = JSON.parse(storage().getItem(KEY) ?? "null") as {
					rung: Transport;
					until: number;
				} | null;
				const isKnown = kept !== null && TRANSPORTS.includes(kept.rung) && kept.until > Date.now();
				// A clock that was set back must not keep the entry forever.
				return isKnown && kept.until <= Date.now() + REMEMBER_MS
					? { transport: kept.rung, until: kept.until }
					: null;
			} catch {
				return null;
			}
		},
		save(transport) {
			const until = Date.now() + REMEMBER_MS;
			try {
				if (transport === "sse") storage().removeItem(KEY);
				else storage().setItem(KEY, JSON.stringify({ rung: transport, until }));
			} catch {
				// Storage is disabled: the next page finds the transport again.
			}
			return until;
		},
	};
}
