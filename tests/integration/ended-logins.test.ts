import { eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setAgentPassword } from "#app/models/agent/agent.server.ts";
import { loader as agentTranscript } from "#app/routes/admin/conversation/live.ts";
import { loader as agentEvents } from "#app/routes/admin/events.ts";
import { action as logout } from "#app/routes/admin/logout.ts";
import { loader as events } from "#app/routes/chat/events.ts";
import { REVALIDATE_MS } from "#app/routes/streams/revalidate.server.ts";
import { db } from "#db/client.server.ts";
import { apiKeys, chatAgents } from "#db/schema.ts";
import { makeSession } from "#tests/factories.ts";
import { apiKey, asAgent, asVisitor, type TestAgent } from "#tests/people.ts";
import { call, form, get } from "#tests/request.ts";
import { until } from "#tests/setup/until.ts";

/** Streams must not outlive the login or API key that opened them. */

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** Reads open streams. @returns for each stream whether it has ended, updated while the test runs. */
function watch(responses: Response[]): boolean[] {
	const hasEnded = responses.map(() => false);
	for (const [index, response] of responses.entries()) {
		expect(response.status).toBe(200);
		void response.text().then(() => {
			hasEnded[index] = true;
		});
	}
	return hasEnded;
}

/** Lets the interval at which streams are revalidated pass once, and waits for the queries of the revalidation. */
async function passRevalidation(): Promise<void> {
	vi.advanceTimersByTime(REVALIDATE_MS);
	for (let round = 0; round < 5; round++) await db.execute("select 1");
}

it.each([
	["signs out", (agent: TestAgent) => call(logout, form("/admin/logout", {}, agent))],
	["gets a new password", ({ email }: TestAgent) => setAgentPassword({ email, password: "another one" })],
	[
		"is no agent any more",
		({ agentId }: TestAgent) => db.delete(chatAgents).where(eq(chatAgents.id, agentId)),
	],
])("ends an agent's open streams when the agent %s", async (_, leave) => {
	const agent = await asAgent("Open Page");
	const sessionId = await makeSession((await asVisitor()).identity, "Hello");
	const hasEnded = watch([
		await call(agentEvents, get("/admin/chat/events", agent)),
		await call(agentEvents, get(`/admin/chat/events?sessionId=${sessionId}`, agent)),
		await call(agentTranscript, get(`/admin/chat/${sessionId}/live`, agent), { sessionId }),
	]);
	await passRevalidation();
	expect(hasEnded, "while the login is good they stay").toEqual([false, false, false]);
	await leave(agent);
	await passRevalidation();
	await until(() => expect(hasEnded).toEqual([true, true, true]));
});

it("ends a program's open stream when its key is revoked, and no other stream", async () => {
	const [program, customer] = [await apiKey(), await asVisitor()];
	const sessionId = await makeSession(customer.identity, "Hello");
	const hasEnded = watch([
		await call(events, get(`/chat/events?sessionId=${sessionId}`, program)),
		await call(events, get(`/chat/events?sessionId=${sessionId}`, customer.bearer)),
	]);
	await passRevalidation();
	expect(hasEnded).toEqual([false, false]);
	await db.update(apiKeys).set({ revokedAt: new Date() }).where(eq(apiKeys.name, program.name));
	await passRevalidation();
	await until(() => expect(hasEnded).toEqual([true, false]));
});
