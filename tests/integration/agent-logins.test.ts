import { createHash, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MAX_TURN_MS, turnMsAfter } from "#app/auth/login-attempts.server.ts";
import { env, setEnv } from "#app/env.server.ts";
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
import { until } from "#tests/setup/until.ts";

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

type Sending = { cookie?: string; signal?: AbortSignal };
const post = (path: string, from: string, fields: Record<string, string>, { cookie, signal }: Sending = {}) =>
	fetch(server.url + path, {
		method: "POST",
		body: new URLSearchParams(fields),
		headers: { "X-Forwarded-For": from, ...(cookie ? { Cookie: cookie } : {}) },
		redirect: "manual",
		signal,
	});
const signIn = (from: string, { email, password }: { email: string; password: string }, sending?: Sending) =>
	post("/admin/login", from, { email, password }, sending);

/** The name of an account in the rate limits. */
const accountOf = ({ email }: { email: string }) => createHash("sha256").update(email).digest("base64url");

/** Sets a rate limit's counter to a number of uses. */
const useUp = (key: string, points: number) =>
	sql`insert into rate_limits values (${key}, ${points}, ${Date.now() + 60_000})`;

describe("attempts for one account from many addresses", () => {
	it("take turns that grow longer, and the agent can sign in from another address meanwhile", async () => {
		const agent = await makeAgent();
		const guess = (index: number) => signIn(`203.0.113.${index}`, { ...agent, password: "a guess" });
		const early = await Promise.all(Array.from({ length: 10 }, (_, index) => guess(index)));
		expect(early.map(({ status }) => status)).toEqual(Array(10).fill(401));

		const begun = performance.now();
		const attack = Array.from({ length: 6 }, (_, index) => guess(20 + index));
		const right = await signIn("198.51.100.7", agent);
		expect([right.status, right.headers.get("Location")]).toEqual([302, "/admin/chat"]);
		expect((await Promise.all(attack)).map(({ status }) => status)).toEqual(Array(6).fill(401));
		// The last of seven attempts begins after the turns of the six before it.
		const turnsMs = [11, 12, 13, 14, 15, 16].map(turnMsAfter).reduce((sum, ms) => sum + ms);
		expect(performance.now() - begun).toBeGreaterThanOrEqual(turnsMs - 5);
	}, 180_000);

	it("have turns of at most ten seconds, and a person with a few typing errors has none", () => {
		expect([0, 1, 10].map(turnMsAfter)).toEqual([0, 0, 0]);
		expect([11, 12, 30, 50, 51, 100, 1e9].map(turnMsAfter)).toEqual([
			250,
			500,
			5_000,
			MAX_TURN_MS,
			MAX_TURN_MS,
			MAX_TURN_MS,
			MAX_TURN_MS,
		]);
	});

	it.each([
		["an agent", true],
		["an email address that no agent has", false],
	])(
		"are bounded: only those whose turn begins soon are checked, for %s",
		async (_, isAgent) => {
			const stranger = { email: `nobody.${randomUUID().slice(0, 8)}@store.test`, password: "a password" };
			const agent = isAgent ? await makeAgent() : stranger;
			const account = accountOf(agent);
			const uses = async () => {
				const [row] = await sql`select points from rate_limits where key = ${`loginsOfAccount:${account}`}`;
				return Number(row?.points);
			};
			await useUp(`loginsOfAccount:${account}`, 1_000);
			const leave = new AbortController();
			let refused = 0;
			const attempts = Array.from({ length: 20 }, async (_, index) => {
				const response = await signIn(
					`203.0.113.${index}`,
					{ ...agent, password: "a guess" },
					{ signal: leave.signal },
				).catch(() => null);
				if (response?.status !== 429) return;
				expect(response.headers.get("Retry-After")).toBe("30");
				refused += 1;
			});
			// Four attempts get turns that begin within 30 seconds; the others are refused at once, and are not failures.
			await until(async () => expect([refused, await uses()]).toEqual([16, 1_004]));
			leave.abort();
			await Promise.all(attempts);
			// From a network whose attempts are more than typing errors, an attempt has a turn of its own line.
			await useUp(`loginsFromNetwork:198.51.100.9|${account}`, 4);
			expect((await signIn("198.51.100.9", agent)).status).toBe(isAgent ? 302 : 401);
		},
		60_000,
	);

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

describe("a browser in which the agent has signed in before", () => {
	const knownCookie = (response: Response) =>
		cookiesFrom(response)
			.split("; ")
			.filter((pair) => pair.startsWith("mevi_known_"))
			.join("; ");

	/** Creates an agent with a known browser, whose account and network are under attack. */
	async function makeAttackedAgent() {
		const agent = await makeAgent();
		const signedIn = await signIn("192.0.2.1", agent);
		expect(signedIn.headers.getSetCookie().join("\n")).toMatch(
			/^mevi_known_[\w-]{16}=[^;]+; Max-Age=31536000; Path=\/admin; HttpOnly; SameSite=Lax$/m,
		);
		const attack = async () => {
			await resetRateLimits();
			await useUp("loginsFromAddress:203.0.113.9", 100);
			await useUp(`loginsOfAccount:${accountOf(agent)}`, 1_000);
		};
		await attack();
		return { agent, cookie: knownCookie(signedIn), attack };
	}

	it("signs in at once during an attack from its own network, and other browsers there do not", async () => {
		const { agent, cookie } = await makeAttackedAgent();
		expect((await signIn("203.0.113.9", agent)).status).toBe(429);
		expect((await signIn("203.0.113.9", agent, { cookie })).status).toBe(302);
		expect((await signIn("203.0.113.9", { ...agent, password: "a slip" }, { cookie })).status).toBe(401);
		expect((await signIn("203.0.113.9", agent, { cookie })).status).toBe(302);
	});

	it("has ten attempts of its own, and is then like any other browser", async () => {
		const { agent, cookie, attack } = await makeAttackedAgent();
		const slip = () => signIn("203.0.113.9", { ...agent, password: "a guess" }, { cookie });
		const slips = await Promise.all(Array.from({ length: 12 }, slip));
		expect(slips.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
		expect((await signIn("203.0.113.9", agent, { cookie })).status).toBe(429);
		await attack();
		expect((await signIn("203.0.113.9", agent, { cookie })).status).toBe(302);
	});

	it("is recognised only by an unchanged cookie for the same account and secret", async () => {
		const { agent, cookie } = await makeAttackedAgent();
		const { agent: other, cookie: otherCookie } = await makeAttackedAgent();
		const [name = "", value = ""] = cookie.split(/=(.*)/s);
		const otherValue = otherCookie.split(/=(.*)/s)[1] ?? "";
		const forgeries = [
			`${name}=${otherValue}`,
			otherCookie,
			`${name}=${value.slice(0, -12)}AAAAAAAAAAAA`,
			`${name}=`,
			`${name}=${"x".repeat(2_000)}`,
			`${name}=bm90IGEgdG9rZW4%3D`,
		];
		for (const forged of forgeries)
			expect((await signIn("203.0.113.9", agent, { cookie: forged })).status, forged).toBe(429);
		// A browser may be known to several agents.
		const both = `${cookie}; ${otherCookie}`;
		for (const one of [agent, other])
			expect((await signIn("203.0.113.9", one, { cookie: both })).status).toBe(302);
		const secret = env().APP_SECRET ?? "";
		setEnv({ APP_SECRET: "another secret of more than 32 characters" });
		expect((await signIn("203.0.113.9", agent, { cookie })).status).toBe(429);
		setEnv({ APP_SECRET: secret });
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

	it("are limited by their failures only", async () => {
		const agent = await makeAgent();
		await useUp("loginsFromAddress:203.0.113.9", 99);
		for (let round = 0; round < 3; round++) expect((await signIn("203.0.113.9", agent)).status).toBe(302);
		expect((await signIn("203.0.113.9", { ...agent, password: "a guess" })).status).toBe(401);
		expect((await signIn("203.0.113.9", agent)).status).toBe(429);
	});

	it("do not lock the agent out of that address: the correct password has its turn", async () => {
		const agent = await makeAgent();
		const guesses = Array.from({ length: 15 }, () =>
			signIn("203.0.113.9", { ...agent, password: "a guess" }),
		);
		await Promise.all(guesses);
		expect((await signIn("203.0.113.9", agent)).status).toBe(302);
	}, 60_000);
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

	it("counts as one network for each account", async () => {
		const agent = await makeAgent();
		for (const part of [0, 1, 2, 3])
			await signIn(`2001:db8:1:20${part}::1`, { ...agent, password: "a guess" });
		const rows = await sql`select key, points from rate_limits where key like 'loginsFromNetwork:%'`;
		expect([...rows]).toEqual([
			{ key: `loginsFromNetwork:2001:db8:1:200::/56|${accountOf(agent)}`, points: 4 },
		]);
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
