import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loginDelayMs, MAX_DELAY_MS } from "#app/auth/agent.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import * as blocked from "#app/routes/admin/blocked/page.tsx";
import * as actions from "#app/routes/admin/conversation/actions.ts";
import * as history from "#app/routes/admin/conversation/history.ts";
import * as conversation from "#app/routes/admin/conversation/page.tsx";
import * as ended from "#app/routes/admin/ended/page.tsx";
import * as inbox from "#app/routes/admin/inbox/layout.tsx";
import * as knowledge from "#app/routes/admin/knowledge/page.tsx";
import * as login from "#app/routes/admin/login.tsx";
import * as agentPoll from "#app/routes/admin/poll.ts";
import * as agentSync from "#app/routes/admin/sync.ts";
import * as sessions from "#app/routes/api/sessions.ts";
import { db, sql } from "#db/client.server.ts";
import { chatAgents, logins } from "#db/schema.ts";
import { makeSession, resetRateLimits } from "#tests/factories.ts";
import { asVisitor, cookiesFrom } from "#tests/people.ts";
import { servePages } from "#tests/setup/page-server.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

let server: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
	server = await servePages({
		"admin/login": login,
		"admin/chat": inbox,
		"admin/chat/:sessionId": conversation,
		"admin/blocked": blocked,
		"admin/ended": ended,
		"admin/knowledge": knowledge,
		// The test routes have no component, because they do not render a page.
		"admin/chat/sync": { ...agentSync, default: undefined },
		"admin/chat/poll": { ...agentPoll, default: undefined },
		"admin/chat/:sessionId/history": { ...history, default: undefined },
		"admin/chat/:sessionId/actions": { ...actions, default: undefined },
		"api/chat/sessions": { ...sessions, default: undefined },
	});
});
afterAll(() => server.close());
beforeEach(resetRateLimits);

async function makeAgent() {
	const email = `agent.${randomUUID().slice(0, 8)}@store.test`;
	const password = `pass-${randomUUID()}`;
	return { email, password, ...(await createAgent({ email, name: "Anna Berg", password })) };
}

const post = (path: string, from: string, fields: Record<string, string>) =>
	fetch(server.url + path, {
		method: "POST",
		body: new URLSearchParams(fields),
		headers: { "X-Forwarded-For": from },
		redirect: "manual",
	});
const signIn = (from: string, { email, password }: { email: string; password: string }) =>
	post("/admin/login", from, { email, password });

/** Sets a rate limit's counter to a number of uses. */
const useUp = (key: string, points: number) =>
	sql`insert into rate_limits values (${key}, ${points}, ${Date.now() + 60_000})`;

describe("attempts for one account from many addresses", () => {
	it("wait longer each time, and the agent can sign in from another address meanwhile", async () => {
		const agent = await makeAgent();
		const guess = (index: number) => signIn(`203.0.113.${index}`, { ...agent, password: "a guess" });
		const early = await Promise.all(Array.from({ length: 10 }, (_, index) => guess(index)));
		expect(early.map(({ status }) => status)).toEqual(Array(10).fill(401));
		const begun = performance.now();
		expect((await guess(10)).status).toBe(401);
		expect(performance.now() - begun).toBeGreaterThanOrEqual(loginDelayMs(11) - 5);

		const attack = Array.from({ length: 8 }, (_, index) => guess(20 + index));
		const right = await signIn("198.51.100.7", agent);
		expect([right.status, right.headers.get("Location")]).toEqual([302, "/admin/chat"]);
		expect((await Promise.all(attack)).map(({ status }) => status)).toEqual(Array(8).fill(401));
	}, 180_000);

	it("never wait longer than five seconds, and a person with a few typing errors does not wait", () => {
		expect([1, 10].map(loginDelayMs)).toEqual([0, 0]);
		expect([11, 12, 13, 14, 15, 100, 1e9].map(loginDelayMs)).toEqual([
			500,
			1_000,
			2_000,
			4_000,
			MAX_DELAY_MS,
			MAX_DELAY_MS,
			MAX_DELAY_MS,
		]);
	});

	it("are slowed down for an email that no agent has, too", async () => {
		const email = `nobody.${randomUUID().slice(0, 8)}@store.test`;
		const guess = (index: number) => signIn(`203.0.113.${index}`, { email, password: "a guess" });
		await Promise.all(Array.from({ length: 10 }, (_, index) => guess(index)));
		const begun = performance.now();
		expect((await guess(10)).status).toBe(401);
		expect(performance.now() - begun).toBeGreaterThanOrEqual(loginDelayMs(11) - 5);
	});

	it("are not affected by the agent's own failures, which a successful sign-in resets", async () => {
		const agent = await makeAgent();
		const uses = async () =>
			(await sql`select points from rate_limits where key like 'loginsOfAccount:%'`).map(
				({ points }) => points,
			);
		await signIn("203.0.113.1", { ...agent, password: "a guess" });
		for (let slip = 0; slip < 3; slip++) await signIn("198.51.100.7", { ...agent, password: "a slip" });
		expect(await uses()).toEqual([4]);
		expect((await signIn("198.51.100.7", agent)).status).toBe(302);
		expect(await uses()).toEqual([1]);
	});
});

it("takes as long for an unknown or invalid email address as for an agent's", async () => {
	const agent = await makeAgent();
	const emails = { known: agent.email, unknown: "nobody@store.test", impossible: "nobody" };
	const fastest: Record<string, number> = {};
	// The test alternates the three kinds of login attempt and takes the fastest of several runs, because other work on
	// the machine slows all of them.
	for (let round = 0; round < 6; round++) {
		for (const [name, email] of Object.entries(emails)) {
			const begun = performance.now();
			expect((await signIn("198.51.100.7", { email, password: "a guess" })).status).toBe(401);
			fastest[name] = Math.min(fastest[name] ?? Number.POSITIVE_INFINITY, performance.now() - begun);
		}
	}
	const { known = 0, unknown = 0, impossible = 0 } = fastest;
	// If the password of an unknown email address were not hashed, the refusal would take a tenth of the time.
	expect(unknown / known).toBeGreaterThan(0.4);
	expect(unknown / known).toBeLessThan(2.5);
	expect(impossible / known).toBeGreaterThan(0.4);
});

describe("too many attempts from one address", () => {
	it.each([
		["a page", "/admin/login"],
		["a page's scripts", "/admin/login.data"],
	])("get a Retry-After from %s", async (_, path) => {
		await useUp("loginsFromAddress:203.0.113.9", 100);
		const refused = await post(path, "203.0.113.9", { email: "a@store.test", password: "a guess" });
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
		expect(Number(refused.headers.get("Retry-After"))).toBeLessThanOrEqual(60);
	});

	it("are refused for the account after ten, and not for other accounts", async () => {
		const agent = await makeAgent();
		const guesses = Array.from({ length: 10 }, () =>
			signIn("203.0.113.9", { ...agent, password: "a guess" }),
		);
		await Promise.all(guesses);
		const refused = await signIn("203.0.113.9", agent);
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
		expect((await signIn("198.51.100.7", agent)).status).toBe(302);
	});
});

describe("an IPv6 connection with 256 networks", () => {
	it.each([
		["loginsFromAddress", 400, () => ["/admin/login", 401] as const],
		["sessions", 480, () => ["/api/chat/sessions", 201] as const],
	])("is counted by its /56 for %s, in addition to each /64", async (limit, points, route) => {
		const [path, welcome] = route();
		const ask = (from: string) =>
			path === "/admin/login"
				? post(path, from, { email: `${randomUUID()}@store.test`, password: "a guess" })
				: fetch(server.url + path, {
						method: "POST",
						body: "{}",
						headers: { "X-Forwarded-For": from, "Content-Type": "application/json" },
					});
		await useUp(`${limit}:2001:db8:1:200::/56`, points - 1);
		expect((await ask("2001:db8:1:201::1")).status).toBe(welcome);
		const refused = await ask("2001:db8:1:2ff::1");
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
		expect((await ask("2001:db8:1:300::1")).status).toBe(welcome);
	});

	it("also has one count for each account", async () => {
		const agent = await makeAgent();
		await signIn("2001:db8:1:201::1", { ...agent, password: "a guess" });
		await sql`update rate_limits set points = 40 where key like 'logins:2001:db8:1:200::/56|%'`;
		expect((await signIn("2001:db8:1:2ff::1", agent)).status).toBe(429);
		expect((await signIn("2001:db8:1:300::1", agent)).status).toBe(302);
	});
});

describe("a login in use", () => {
	/** Creates an agent whose login is two days old. @returns the agent and the stored end of the login. */
	async function withAgedLogin() {
		const agent = await makeAgent();
		const cookie = cookiesFrom(await signIn("198.51.100.7", agent));
		const [row] = await db
			.select({ userId: chatAgents.userId })
			.from(chatAgents)
			.where(eq(chatAgents.id, agent.agentId));
		const ofAgent = eq(logins.userId, String(row?.userId));
		await db
			.update(logins)
			.set({ expiresAt: new Date(Date.now() + 5 * DAY_MS) })
			.where(ofAgent);
		const daysLeft = async () => {
			const [login] = await db.select().from(logins).where(ofAgent);
			return Math.round((Number(login?.expiresAt) - Date.now()) / DAY_MS);
		};
		const ask = (path: string, init: RequestInit = {}) =>
			fetch(server.url + path, { redirect: "manual", ...init, headers: { Cookie: cookie } });
		return { ask, daysLeft };
	}

	it.each([
		"/admin/chat",
		"/admin/chat.data",
		"/admin/chat/:id",
		"/admin/chat/:id.data",
		"/admin/blocked",
		"/admin/ended",
		"/admin/ended?id=0",
		"/admin/knowledge",
		"/admin/login",
	])("is renewed together with its cookie by %s", async (path) => {
		const { ask, daysLeft } = await withAgedLogin();
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		const response = await ask(path.replace(":id", sessionId));
		expect(response.status).toBe(path === "/admin/login" ? 302 : 200);
		expect(await daysLeft()).toBe(7);
		const [renewed = ""] = response.headers.getSetCookie();
		expect(renewed).toMatch(/^mevi\.session_token=[^;]+; Max-Age=604800;/);
		expect(renewed).toMatch(/HttpOnly/i);
		// A login is renewed at most once a day.
		expect((await ask(path.replace(":id", sessionId))).headers.getSetCookie()).toEqual([]);
	});

	it.each([
		["GET", "/admin/chat/sync"],
		["GET", "/admin/chat/poll?wait=0"],
		["GET", "/admin/chat/:id/history?before=9"],
		["POST", "/admin/chat/:id/actions"],
	])("is renewed neither in the table nor in the cookie by %s %s", async (method, path) => {
		const { ask, daysLeft } = await withAgedLogin();
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		const body = method === "POST" ? new URLSearchParams({ intent: "typing" }) : null;
		const response = await ask(`${path.replace(":id", sessionId)}`, { method, body });
		expect(response.status).not.toBe(401);
		expect(response.headers.getSetCookie().filter((cookie) => cookie.startsWith("mevi.session"))).toEqual([]);
		expect(await daysLeft()).toBe(5);
	});
});
