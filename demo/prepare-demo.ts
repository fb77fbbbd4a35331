import { eq, sql } from "drizzle-orm";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { env } from "#app/env.server.ts";
import { createAgent, setAgentPassword } from "#app/models/agent/agent.server.ts";
import { db } from "#db/client.server.ts";
import { settings, users } from "#db/schema.ts";
import { chooseDemoAgentPassword, storeDemoAgentPassword } from "./agent-password.ts";
import { seedDemoStore } from "./seed/seed-demo-store.ts";

/** Key of the Postgres advisory lock for seeding; any fixed number that no other lock has. */
const DEMO_LOCK_KEY = 4_711_006;

const FIRST_AGENT = { email: "ana@mevi.example", name: "Ana" };
const DEMO_AGENTS = [FIRST_AGENT, { email: "ben@mevi.example", name: "Ben" }];

/** The demo agent's email address and password, which `npm start` prints. */
export interface DemoLogin {
	email: string;
	password: string;
}

/**
 * Fills the embedded database for a trial: the demo store once, and two agents with one password. It is called only for
 * the embedded database. When several processes start together, they run it one after the other. Import this module
 * only after the database was opened, because the database client reads DATABASE_URL once.
 */
export async function prepareDemo(): Promise<DemoLogin> {
	return db.transaction(async (lock) => {
		await lock.execute(sql`select pg_advisory_xact_lock(${DEMO_LOCK_KEY})`);
		await seedOnce();
		return createOrUpdateAgents();
	});
}

/**
 * Seeds the demo store if the database was never seeded, so that products and articles that a user has deleted stay
 * deleted.
 */
async function seedOnce(): Promise<void> {
	if ((await db.$count(settings, eq(settings.key, "demo_seeded"))) > 0) return;
	await seedDemoStore();
	// Questions are found by meaning from the first minute. This takes about 6 s, once.
	await embedMissingPassages();
	await db.insert(settings).values({ key: "demo_seeded", value: true }).onConflictDoNothing();
}

async function createOrUpdateAgents(): Promise<DemoLogin> {
	const { DATA_DIR, DEMO_AGENT_PASSWORD } = env();
	const { password, isNew } = chooseDemoAgentPassword(DATA_DIR, DEMO_AGENT_PASSWORD);
	for (const agent of DEMO_AGENTS) {
		const exists = (await db.$count(users, eq(users.email, agent.email))) > 0;
		if (!exists) await createAgent({ ...agent, password });
		else if (isNew) await setAgentPassword({ email: agent.email, password });
	}
	if (isNew) storeDemoAgentPassword(DATA_DIR, password);
	return { email: FIRST_AGENT.email, password };
}
