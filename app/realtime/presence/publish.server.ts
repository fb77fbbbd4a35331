import { backgroundSql } from "#db/client.server.ts";
import { streamKey } from "../events.ts";
import { hub } from "../hub.server.ts";
import type { PresenceSubject } from "./subject.ts";

/**
 * Publishes, in all sessions of a presence subject, that the subject is now present or absent, and updates the
 * agents' table.
 */
export async function publishPresence(subject: PresenceSubject, isPresent: boolean): Promise<void> {
	const id = subject.slice(subject.indexOf(":") + 1);
	if (subject.startsWith("customer:")) {
		const ephemeral = [streamKey("internal", id), "customer-presence", { on: isPresent }] as const;
		return hub.broadcast({ wakeUps: [], ephemerals: [ephemeral] });
	}
	await backgroundSql`
		update chat_agents
		set is_online = ${isPresent}, status = ${isPresent ? "online" : "offline"}, last_active_at = now()
		where id = ${id}`;
	const sessions = await backgroundSql<{ id: string; name: string }[]>`
		select s.session_id as id, users.name from chat_sessions s
		join chat_agents on chat_agents.id = s.assigned_agent_id
		join users on users.id = chat_agents.user_id
		where s.assigned_agent_id = ${id} and s.status = 'agent'`;
	hub.broadcast({
		wakeUps: [],
		ephemerals: sessions.map(
			(session) =>
				[streamKey("public", session.id), "agent-presence", { on: isPresent, name: session.name }] as const,
		),
	});
}
