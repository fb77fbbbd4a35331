import { randomUUID } from "node:crypto";
import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { gather } from "#db/gather.ts";
import type { Party } from "./party.ts";
import { tell } from "./tell.server.ts";

/** A lease is written for this long … */
const LEASE_SECONDS = 40;
/** … and renewed this often, so that one lost renewal takes nobody away. */
const RENEW_MS = 15_000;
/** Between two pages of one person nobody is gone. */
const GRACE_MS = 5_000;
/** Whoever comes within this long of another is written with them. */
const GATHER_MS = 200;
/** A process that ends leaves its people this long to come back to another one. */
const HANDOVER_SECONDS = 10;

const presence = singleton("presence", () => ({
	/** Each process holds leases of its own: a party is there as long as any process says so. */
	process: randomUUID(),
	/** How many connections of this process each party holds. */
	here: new Map<Party, number>(),
	leaving: new Map<Party, NodeJS.Timeout>(),
	arrive: gather<Party, void>({ waitMs: GATHER_MS, work: arrive }),
	depart: gather<Party, void>({ waitMs: GATHER_MS, work: depart }),
}));

/**
 * Counts a connection of a party. The first one of this process writes a lease, which the process renews as
 * long as the party stays; the lease of a process that died runs out, and whoever sweeps it tells.
 * @returns how to leave: the party is gone when its last connection has been away for 5 s.
 */
export function enterPresence(party: Party): () => void {
	const { here, leaving } = presence;
	clearTimeout(leaving.get(party));
	const wasLeaving = leaving.delete(party);
	const count = here.get(party) ?? 0;
	here.set(party, count + 1);
	if (count === 0 && !wasLeaving) void presence.arrive(party);
	let hasLeft = false;
	return () => {
		if (hasLeft) return;
		hasLeft = true;
		const left = (here.get(party) ?? 1) - 1;
		if (left > 0) return void here.set(party, left);
		here.delete(party);
		const timer = setTimeout(() => {
			leaving.delete(party);
			void presence.depart(party);
		}, GRACE_MS);
		timer.unref();
		leaving.set(party, timer);
	};
}

/** Which of the parties are there now, in any process. */
export async function listPresent(parties: Party[]): Promise<Set<Party>> {
	if (parties.length === 0) return new Set();
	const rows = await sql<{ party: Party }[]>`
		select distinct party from presence_leases
		where until > now()
			and party in (select value from jsonb_array_elements_text(${JSON.stringify(parties)}::text::jsonb))`;
	return new Set(rows.map((row) => row.party));
}

/** Renews this process's leases and sweeps those of dead ones; once per process. @returns how to stop. */
export function startPresence(): () => Promise<void> {
	let timer = setTimeout(turn, RENEW_MS);
	timer.unref();
	async function turn() {
		await renewLeases().catch(() => {
			// The database is away; a lease outlives two renewals, and the next one writes it anew.
		});
		timer = setTimeout(turn, RENEW_MS);
		timer.unref();
	}
	return async () => {
		clearTimeout(timer);
		for (const leave of presence.leaving.values()) clearTimeout(leave);
		presence.leaving.clear();
		await sql`
			update presence_leases set until = least(until, now() + make_interval(secs => ${HANDOVER_SECONDS}))
			where process = ${presence.process}`.catch(() => {});
	};
}

/** Writes the leases anew and tells of the parties whose last lease has run out. Exported for its test. */
export async function renewLeases(): Promise<void> {
	await write([...presence.here.keys()]);
	// Each row is deleted by exactly one process, which is the one that tells.
	const gone = await sql<{ party: Party }[]>`delete from presence_leases where until < now() returning party`;
	await tellWhoIsGone(gone.map((row) => row.party));
}

async function arrive(parties: Party[]): Promise<void> {
	try {
		const before = await listPresent(parties);
		await write(parties);
		for (const party of parties) if (!before.has(party)) await tell(party, true);
	} catch {
		// Presence is a courtesy: the renewal writes what this could not.
	}
}

async function depart(parties: Party[]): Promise<void> {
	const gone = parties.filter((party) => !presence.here.has(party));
	try {
		await sql`
			delete from presence_leases
			where process = ${presence.process}
				and party in (select value from jsonb_array_elements_text(${JSON.stringify(gone)}::text::jsonb))`;
		await tellWhoIsGone(gone);
	} catch {
		// The lease runs out by itself.
	}
}

async function tellWhoIsGone(parties: Party[]): Promise<void> {
	const present = await listPresent(parties);
	for (const party of new Set(parties)) if (!present.has(party)) await tell(party, false);
}

async function write(parties: Party[]): Promise<void> {
	if (parties.length === 0) return;
	// In one order, so that two statements of a process never wait for each other.
	await sql`
		insert into presence_leases (party, process, until)
		select value, ${presence.process}, now() + make_interval(secs => ${LEASE_SECONDS})
		from jsonb_array_elements_text(${JSON.stringify(parties.toSorted())}::text::jsonb)
		on conflict (party, process) do update set until = excluded.until`;
}
