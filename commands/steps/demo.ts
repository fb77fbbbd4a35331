import { env } from "#app/env.server.ts";
import { demoAgentPassword, keepDemoAgentPassword } from "./secrets.ts";

/** Key of an advisory lock; any fixed number other than that of the migrations. */
const DEMO_LOCK = 4_711_002;

const AGENTS = [
	{ email: "ana@mevi.example", name: "Ana" },
	{ email: "ben@mevi.example", name: "Ben" },
];

/** The login that `start` prints. */
export interface DemoLogin {
	email: string;
	password: string;
}

/**
 * Fills the embedded database for a trial: the demo store once, and two agents with one password. It is called only for
 * the embedded database. Processes that start together run it one after the other.
 */
export async function prepareDemo(): Promise<DemoLogin> {
	const { sql } = await import("drizzle-orm");
	const { db } = await import("#db/client.server.ts");
	return db.transaction(async (lock) => {
		await lock.execute(sql`select pg_advisory_xact_lock(${DEMO_LOCK})`);
		await seedOnce();
		return provideAgents();
	});
}

async function seedOnce(): Promise<void> {
	const { eq } = await import("drizzle-orm");
	const { db } = await import("#db/client.server.ts");
	const { settings } = await import("#db/schema.ts");
	if ((await db.$count(settings, eq(settings.key, "demo_seeded"))) > 0) return;
	const { seedDemoStore } = await import("#db/seed.ts");
	await seedDemoStore();
	await db.insert(settings).values({ key: "demo_seeded", value: true }).onConflictDoNothing();
}

async function provideAgents(): Promise<DemoLogin> {
	const { eq } = await import("drizzle-orm");
	const { db } = await import("#db/client.server.ts");
	const { users } = await import("#db/schema.ts");
	const { createAgent, setAgentPassword } = await import("#app/models/agent/agent.server.ts");
	const { password, isNew } = demoAgentPassword(env());
	for (const agent of AGENTS) {
		const isThere = (await db.$count(users, eq(users.email, agent.email))) > 0;
		if (!isThere) await createAgent({ ...agent, password });
		else if (isNew) await setAgentPassword({ email: agent.email, password });
	}
	if (isNew) keepDemoAgentPassword(env(), password);
	return { email: AGENTS[0]?.email ?? "", password };
}
