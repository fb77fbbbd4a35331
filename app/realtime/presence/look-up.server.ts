import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { gather } from "#db/gather.ts";

/** Readers who come within this long of each other are looked up in one statement. */
const GATHER_MS = 50;

/** Who is there for a conversation; `agent` is null while nobody has it. */
export type WhoIsHere = { agent: { name: string; isHere: boolean } | null; isCustomerHere: boolean };

type Row = { id: string; agent: string | null; isAgentHere: boolean; isCustomerHere: boolean };

const lookUp = singleton("presence-look-up", () =>
	gather<string, Map<string, WhoIsHere>>({ waitMs: GATHER_MS, work: lookUpAll }),
);

/** Who is there for a conversation now; null when it does not exist. */
export async function getWhoIsHere(sessionId: string): Promise<WhoIsHere | null> {
	return (await lookUp(sessionId)).get(sessionId) ?? null;
}

async function lookUpAll(sessionIds: string[]): Promise<Map<string, WhoIsHere>> {
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
