/**
 * The transports, best first. All have the same cursor, the same authorisation and the same events; only the framing
 * differs, because networks differ in what they pass on.
 */
const TRANSPORTS = ["sse", "sse-post", "long-poll", "short-poll"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The transport that the page shows to the user; `reload` when no request of the page's script succeeds any more. */
export type ShownTransport = Transport | "reload";

export const isStream = (transport: Transport): transport is "sse" | "sse-post" =>
	transport === "sse" || transport === "sse-post";

/** The transports that are better than the given one, best first. */
export const betterThan = (transport: Transport): Transport[] =>
	TRANSPORTS.slice(0, TRANSPORTS.indexOf(transport));

/**
 * Storage key of the remembered transport. The key and the stored fields (`rung`, `until`) keep their names, so that
 * old entries stay readable.
 */
const TRANSPORT_STORAGE_KEY = "mevi-rung";
const REMEMBER_MS = 10 * 60_000;

export type TransportMemory = {
	/** The remembered transport that worked on this network, and until when it is used; null when none is remembered. */
	read(): { transport: Transport; until: number } | null;
	/**
	 * Remembers a transport; the best transport is not stored, and an existing entry is deleted. @returns until when
	 * the transport is used (ms since 1970).
	 */
	save(transport: Transport): number;
};

/**
 * Creates a memory of the transport that works, in the browser's storage. The network is the same for every page of
 * this site, so the next page does not have to find the working transport again.
 */
export function createTransportMemory(storage: () => Storage): TransportMemory {
	return {
		read() {
			try {
				const kept = JSON.parse(storage().getItem(TRANSPORT_STORAGE_KEY) ?? "null") as {
					rung: Transport;
					until: number;
				} | null;
				const isKnown = kept !== null && TRANSPORTS.includes(kept.rung) && kept.until > Date.now();
				// An entry that ends too far in the future is ignored, because a clock that was set back must not keep it
				// forever.
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
				if (transport === "sse") storage().removeItem(TRANSPORT_STORAGE_KEY);
				else storage().setItem(TRANSPORT_STORAGE_KEY, JSON.stringify({ rung: transport, until }));
			} catch {
				// The browser's storage is disabled: the next page must find the working transport again.
			}
			return until;
		},
	};
}
