/**
 * The ways of reading, best first. All of them have the same cursor, the same authorisation and the same
 * events; only the framing differs, because networks differ in what they let through.
 */
export const RUNGS = ["sse", "sse-post", "long-poll", "short-poll"] as const;
export type Rung = (typeof RUNGS)[number];

/** What the page reads by; `reload` when nothing that scripts ask for gets through any more. */
export type Transport = Rung | "reload";

export const isStream = (rung: Rung): rung is "sse" | "sse-post" => rung === "sse" || rung === "sse-post";

/** The rungs above this one, best first. */
export const above = (rung: Rung): Rung[] => RUNGS.slice(0, RUNGS.indexOf(rung));

const KEY = "mevi-rung";
const REMEMBER_MS = 10 * 60_000;

export type RungMemory = {
	/** The rung this network was left with, and until when that is believed; null where nothing is known. */
	read(): { rung: Rung; until: number } | null;
	/** The best rung needs no memory: keeping it forgets. @returns until when it is believed. */
	keep(rung: Rung): number;
};

/**
 * What a network lets through is the same for every page of this site, so it is kept in the browser's storage:
 * a page that is opened next does not have to find it out again.
 */
export function createRungMemory(storage: () => Storage): RungMemory {
	return {
		read() {
			try {
				const kept = JSON.parse(storage().getItem(KEY) ?? "null") as { rung: Rung; until: number } | null;
				const isKnown = kept !== null && RUNGS.includes(kept.rung) && kept.until > Date.now();
				// A clock that was set back must not make it believed for ever.
				return isKnown && kept.until <= Date.now() + REMEMBER_MS ? kept : null;
			} catch {
				return null;
			}
		},
		keep(rung) {
			const until = Date.now() + REMEMBER_MS;
			try {
				if (rung === "sse") storage().removeItem(KEY);
				else storage().setItem(KEY, JSON.stringify({ rung, until }));
			} catch {
				// Storage is switched off: the next page finds it out again.
			}
			return until;
		},
	};
}
