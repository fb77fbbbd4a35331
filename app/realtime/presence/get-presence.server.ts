import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { gather } from "#db/gather.ts";

/** Look-ups that begin within this time (ms) share one statement. */
const BATCH_MS = 50;

/** Who is present in a session; `agent` is null while no agent is assigned. */
export type SessionPresence = { agent: { name: string; isHere: boolean } | null; isCustomerHere: boolean };

type Row = { id: string; agent: string | null; isAgentHere: boolean; isCustomerHere: boolean };

const lookUp = singleton("presence-look-up", () =>
	gather<string, Map<string, SessionPresence>>({ waitMs: BATCH_MS, work: lookUpAll }),
);

/** Who is present in a session now; null when the session does not exist. */
export async function getPresence(sessionId: string): Promise<SessionPresence | null> {
	return (await lookUp(sessionId)).get(sessionId) ?? null;
}

async function lookUpAll(sessionIds: string[]): Promise<Map<string, SessionPresence>> {
	const rows = await sql<Row[]>`
		with here as (select party from presence_leases where until > now())
		select s.session_id as id,
			case when s.status = 'agent' then users.name end as agent,
			exists (select 1 from here where party = 'agent:' || s.assigned_agent_id) as "isAgentHere",
			exists (select 1 from here where party = 'customer:' || s.session_id) as "isCustomerHere"
		from chat_sessions s
		left join chat_agents on chat_agents.id = s.assigned_agent_id
		left join users on users.id = chat_agents.user_id
		where s.session_id in
			(select value::uuid from jsonb_array_elements_text(${JSON.stringify(sessionIds)}::text::jsonb))`;
	return new Map(
		rows.map(({ id, agent, isAgentHere, isCustomerHere }) => [
			id,
			{ agent: agent === null ? null : { name: agent, isHere: isAgentHere }, isCustomerHere },
		]),
	);
}
