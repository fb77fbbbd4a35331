import { randomUUID } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import { and, eq, sql } from "drizzle-orm";
import { Conflict, NotFound } from "#app/models/errors.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatSessions, credentials, logins, users } from "#db/schema.ts";

/**
 * Creates an agent who signs in with an email address and a password (hashed by better-auth, scrypt).
 * @throws Conflict when another agent has the email address.
 */
export async function createAgent(input: {
	email: string;
	name: string;
	password: string;
}): Promise<{ agentId: string }> {
	const password = await hashPassword(input.password);
	const email = input.email.toLowerCase();
	return db.transaction(async (tx) => {
		const userId = randomUUID();
		const created = await tx
			.insert(users)
			.values({ id: userId, name: input.name, email, emailVerified: true })
			.onConflictDoNothing()
			.returning({ id: users.id });
		if (created.length === 0) throw new Conflict(`There is already an agent with the email ${email}.`);
		await tx
			.insert(credentials)
			.values({ id: randomUUID(), userId, accountId: userId, providerId: "credential", password });
		const [agent] = await tx.insert(chatAgents).values({ userId }).returning({ id: chatAgents.id });
		if (!agent) throw new Error("The agent was not written.");
		return { agentId: agent.id };
	});
}

/**
 * Sets an agent's password and ends the agent's logins.
 * @throws NotFound when the agent does not exist.
 */
export async function setAgentPassword(input: { email: string; password: string }): Promise<void> {
	const password = await hashPassword(input.password);
	await db.transaction(async (tx) => {
		const [user] = await tx
			.select({ id: users.id })
			.from(users)
			.innerJoin(chatAgents, eq(chatAgents.userId, users.id))
			.where(eq(users.email, input.email.toLowerCase()));
		if (!user) throw new NotFound(`There is no agent with the email ${input.email}.`);
		await tx
			.update(credentials)
			.set({ password, updatedAt: sql`now()` })
			.where(and(eq(credentials.userId, user.id), eq(credentials.providerId, "credential")));
		await tx.delete(logins).where(eq(logins.userId, user.id));
	});
}

/** The number of agents. When it is zero, nobody can answer customers yet. */
export async function countAgents(): Promise<number> {
	return db.$count(chatAgents);
}

/**
 * Records that an agent was active: the agent opened the inbox or did something. Open pages are recorded as presence
 * instead.
 */
export async function recordAgentActivity(agentId: string): Promise<void> {
	await db
		.update(chatAgents)
		.set({ status: "online", lastActiveAt: sql`now()` })
		.where(eq(chatAgents.id, agentId));
}

/** Records that an agent has signed out. */
export async function recordAgentSignOut(agentId: string): Promise<void> {
	await db.update(chatAgents).set({ isOnline: false, status: "offline" }).where(eq(chatAgents.id, agentId));
}

/**
 * SQL condition on a row of chat_agents: the agent is available. An available agent has not signed out, and has a page
 * open or did something within two minutes. The two minutes are for pages without scripts, which do not report
 * presence.
 */
export const isAgentAvailable = sql<boolean>`(chat_agents.status = 'online' and (
	chat_agents.last_active_at > now() - interval '2 minutes'
	or exists (select 1 from presence_leases where party = 'agent:' || chat_agents.id and until > now())
))`;

/** Whether any agent is available, by the rule of `isAgentAvailable`. */
export async function isAnyAgentAvailable(): Promise<boolean> {
	const [row] = await db.execute<{ there: boolean }>(
		sql`select exists (select 1 from chat_agents where ${isAgentAvailable}) as there`,
	);
	return row?.there ?? false;
}

/** Recounts an agent's open sessions, in the transaction that changed the sessions. */
export async function recountAgentSessions(tx: Pick<typeof db, "update">, agentId: string): Promise<void> {
	await tx
		.update(chatAgents)
		.set({
			currentSessions: sql`(select count(*) from ${chatSessions} where ${chatSessions.assignedAgentId} = ${agentId} and ${chatSessions.status} = 'agent')`,
			lastActiveAt: sql`now()`,
		})
		.where(eq(chatAgents.id, agentId));
}
