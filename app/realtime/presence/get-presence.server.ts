import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { sql } from "#db/client.server.ts";

/** Queries for presence that begin within this time (ms) share one statement. */
const BATCH_MS = 50;

/** Who is present in a session; `agent` is null while no agent is assigned. */
export type SessionPresence = { agent: { name: string; isHere: boolean } | null; isCustomerHere: boolean };

type PresenceRow = { id: string; agent: string | null; isAgentHere: boolean; isCustomerHere: boolean };

const lookUpPresence = singleton("presence-look-up", () =>
	createBatcher<string, Map<string, SessionPresence>>({ waitMs: BATCH_MS, work: lookUpAll }),
);

/** Who is present in a session now; null when the session does not exist. */
export async function getPresence(sessionId: string): Promise<SessionPresence | null> {
	return (await lookUpPresence(sessionId)).get(sessionId) ?? null;
}

async function lookUpAll(sessionIds: string[]): Promise<Map<string, SessionPresence>> {
	const rows = await sql<PresenceRow[]>`
		select * from read_presence(${JSON.stringify(sessionIds)}::text::jsonb)`;
	return new Map(
		rows.map(({ id, agent, isAgentHere, isCustomerHere }) => [
			id,
			{ agent: agent === null ? null : { name: agent, isHere: isAgentHere }, isCustomerHere },
		]),
	);
}
