import { randomUUID } from "node:crypto";
import { logBackgroundFailure, startPeriodicWork } from "#app/background-work.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { backgroundSql, sql } from "#db/client.server.ts";
import { publishPresence } from "./publish.server.ts";
import type { PresenceSubject } from "./subject.ts";

/** Duration of a presence lease in seconds. */
const LEASE_SECONDS = 40;
/**
 * Interval at which presence leases are renewed, less than half of their duration, so that one lost renewal ends no
 * presence.
 */
const RENEW_MS = 15_000;
/**
 * A presence subject without connections stays present for this time, so that loading another page is not an absence.
 */
const GRACE_MS = 5_000;
/** Changes of presence within this time (ms) share one statement. */
const BATCH_MS = 200;
/**
 * After a server process ends, its presence subjects stay present for this time, so that they can reconnect to
 * another process.
 */
const HANDOVER_SECONDS = 10;

const presence = singleton("presence", () => ({
	/**
	 * Id of this process in presence leases. Each process has its own leases, and a subject is present while any
	 * process has one.
	 */
	process: randomUUID(),
	/** Number of open connections of each presence subject in this process. */
	connectionCounts: new Map<PresenceSubject, number>(),
	leaving: new Map<PresenceSubject, NodeJS.Timeout>(),
	arrive: createBatcher<PresenceSubject, void>({ waitMs: BATCH_MS, work: addPresenceLeases }),
	depart: createBatcher<PresenceSubject, void>({ waitMs: BATCH_MS, work: endPresenceLeases }),
}));

/**
 * Counts an open connection of a presence subject. The first connection in this process writes a lease, which the
 * process renews. The lease of a dead process expires, and the process that deletes that lease publishes the absence.
 * @returns a function that removes the connection: the subject is absent 5 s after its last connection has ended.
 */
export function enterPresence(subject: PresenceSubject): () => void {
	const { connectionCounts, leaving } = presence;
	clearTimeout(leaving.get(subject));
	const wasLeaving = leaving.delete(subject);
	const count = connectionCounts.get(subject) ?? 0;
	connectionCounts.set(subject, count + 1);
	if (count === 0 && !wasLeaving) void presence.arrive(subject);
	let hasLeft = false;
	return () => {
		if (hasLeft) return;
		hasLeft = true;
		const remaining = (connectionCounts.get(subject) ?? 1) - 1;
		if (remaining > 0) return void connectionCounts.set(subject, remaining);
		connectionCounts.delete(subject);
		const timer = setTimeout(() => {
			leaving.delete(subject);
			void presence.depart(subject);
		}, GRACE_MS);
		timer.unref();
		leaving.set(subject, timer);
	};
}

/** Those of the given presence subjects that are present now, in any process. */
export async function listPresent(subjects: PresenceSubject[]): Promise<Set<PresenceSubject>> {
	if (subjects.length === 0) return new Set();
	const rows = await sql<{ party: PresenceSubject }[]>`
		select party from list_present(${JSON.stringify(subjects)}::text::jsonb)`;
	return new Set(rows.map((row) => row.party));
}

/**
 * Renews this process's presence leases and deletes the leases of dead processes; call it once per process. @returns
 * a function that stops it.
 */
export function startPresence(): () => Promise<void> {
	// A failed renewal is ignored, because a presence lease outlives two failed renewals.
	const stopRenewals = startPeriodicWork({
		name: "renewing presence",
		everyMs: RENEW_MS,
		work: renewLeases,
	});
	return async () => {
		stopRenewals();
		for (const leave of presence.leaving.values()) clearTimeout(leave);
		presence.leaving.clear();
		await backgroundSql`
			update presence_leases set until = least(until, now() + make_interval(secs => ${HANDOVER_SECONDS}))
			where process = ${presence.process}`.catch((error: unknown) =>
			logBackgroundFailure("ending presence", error),
		);
	};
}

/**
 * Renews the presence leases and publishes the absence of subjects whose last lease has expired. Exported for its
 * test.
 */
export async function renewLeases(): Promise<void> {
	await writePresenceLeases([...presence.connectionCounts.keys()]);
	// Exactly one process deletes each expired presence lease; that process publishes the absence.
	const gone = await backgroundSql<
		{ party: PresenceSubject }[]
	>`delete from presence_leases where until < now() returning party`;
	await publishAbsent(gone.map((row) => row.party));
}

async function addPresenceLeases(subjects: PresenceSubject[]): Promise<void> {
	try {
		const before = await listPresent(subjects);
		await writePresenceLeases(subjects);
		for (const subject of subjects) if (!before.has(subject)) await publishPresence(subject, true);
	} catch (error) {
		// A failure is only logged, because the next renewal writes the presence lease.
		logBackgroundFailure("publishing that somebody arrived", error);
	}
}

async function endPresenceLeases(subjects: PresenceSubject[]): Promise<void> {
	const gone = subjects.filter((subject) => !presence.connectionCounts.has(subject));
	try {
		await backgroundSql`
			delete from presence_leases
			where process = ${presence.process}
				and party in (select value from jsonb_array_elements_text(${JSON.stringify(gone)}::text::jsonb))`;
		await publishAbsent(gone);
	} catch (error) {
		// A failure to delete the presence lease is only logged, because the lease expires.
		logBackgroundFailure("publishing that somebody left", error);
	}
}

async function publishAbsent(subjects: PresenceSubject[]): Promise<void> {
	const present = await listPresent(subjects);
	for (const subject of new Set(subjects)) if (!present.has(subject)) await publishPresence(subject, false);
}

async function writePresenceLeases(subjects: PresenceSubject[]): Promise<void> {
	if (subjects.length === 0) return;
	// The subjects are sorted, so that two statements never wait for each other (deadlock).
	await sql`
		insert into presence_leases (party, process, until)
		select value, ${presence.process}, now() + make_interval(secs => ${LEASE_SECONDS})
		from jsonb_array_elements_text(${JSON.stringify(subjects.toSorted())}::text::jsonb)
		on conflict (party, process) do update set until = excluded.until`;
}
