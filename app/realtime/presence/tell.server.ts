import { sql } from "#db/client.server.ts";
import { streamKey } from "../events.ts";
import { hub } from "../hub.server.ts";
import type { Party } from "./party.ts";

/** Tells the conversations a party has a part in that it came or went, and keeps the agents' table true. */
export async function tell(party: Party, isHere: boolean): Promise<void> {
	const id = party.slice(party.indexOf(":") + 1);
	if (party.startsWith("customer:")) {
		const ephemeral = [streamKey("internal", id), "customer-presence", { on: isHere }] as const;
		return hub.announce({ hints: [], ephemerals: [ephemeral] });
	}
	await sql`
		update chat_agents
		set is_online = ${isHere}, status = ${isHere ? "online" : "offline"}, last_active_at = now()
		where id = ${id}`;
	const sessions = await sql<{ id: string; name: string }[]>`
		select s.session_id as id, users.name from chat_sessions s
		join chat_agents on chat_agents.id = s.assigned_agent_id
		join users on users.id = chat_agents.user_id
		where s.assigned_agent_id = ${id} and s.is_active`;
	hub.announce({
		hints: [],
		ephemerals: sessions.map(
			(session) =>
				[streamKey("public", session.id), "agent-presence", { on: isHere, name: session.name }] as const,
		),
	});
}
