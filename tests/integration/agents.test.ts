import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ownPath } from "#app/http/own-path.server.ts";
import { createAgent, setAgentPassword } from "#app/models/agent/agent.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { action as submitScripted } from "#app/routes/admin/conversation/actions.ts";
import { loader as agentHistory } from "#app/routes/admin/conversation/history.ts";
import { loader as agentLive } from "#app/routes/admin/conversation/live.ts";
import { loader as conversationPage, action as submitPlain } from "#app/routes/admin/conversation/page.tsx";
import { loader as agentEvents, action as agentEventsByPost } from "#app/routes/admin/events.ts";
import { loader as inboxPage } from "#app/routes/admin/inbox/layout.tsx";
import { action as login, loader as loginPage } from "#app/routes/admin/login.tsx";
import { action as logout, loader as logoutPage } from "#app/routes/admin/logout.ts";
import { loader as agentPoll } from "#app/routes/admin/poll.ts";
import { loader as agentSync } from "#app/routes/admin/sync.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, logins } from "#db/schema.ts";
import {
	eventsOf,
	makeBotMessages,
	makeSession,
	messagesOf,
	resetRateLimits,
	sessionRow,
	unusedId,
} from "#tests/factories.ts";
import { apiKey, asAgent, asCustomer, asVisitor, cookiesFrom, type TestAgent } from "#tests/people.ts";
import { bodyOf, call, form, get, readEvents, type Sender } from "#tests/request.ts";

type Fields = Record<string, string>;
type Refusal = { problem: { status: number; detail: string }; typed: string; intent: string };

const signIn = (fields: Fields, as: Sender = {}) => call(login, form("/admin/login", fields, as));
const plain = (sessionId: string, fields: Fields, as: Sender) =>
	call(submitPlain, form(`/admin/chat/${sessionId}`, fields, as), { sessionId });
const scripted = (sessionId: string, fields: Fields, as: Sender) =>
	call(submitScripted, form(`/admin/chat/${sessionId}/actions`, fields, as), { sessionId });
const inbox = async (as: Sender) =>
	(
		await bodyOf<{ inbox: { entries: Record<string, unknown>[] } }>(
			await call(inboxPage, get("/admin/chat", as)),
		)
	).inbox.entries;

let anna: TestAgent;
let bert: TestAgent;

beforeAll(async () => {
	[anna, bert] = await Promise.all([asAgent("Anna Berg"), asAgent("Bert Lund")]);
});
beforeEach(resetRateLimits);

const actor = (agent: TestAgent) => ({ type: "agent", agentId: agent.agentId, name: agent.name }) as const;

describe("signing in", () => {
	it("leads to the dashboard with a cookie that scripts cannot read", async () => {
		const response = await signIn({ email: anna.email.toUpperCase(), password: anna.password });
		expect(response.status).toBe(302);
		expect(response.headers.get("Location")).toBe("/admin/chat");
		const [cookie = ""] = response.headers.getSetCookie();
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).toMatch(/SameSite=Lax/i);
		expect(await inbox({ headers: { Cookie: cookiesFrom(response) } })).toEqual(expect.any(Array));
	});

	it("is skipped when the agent is signed in", async () => {
		const response = await call(loginPage, get("/admin/login", anna));
		expect([response.status, response.headers.get("Location")]).toEqual([302, "/admin/chat"]);
	});

	it.each([
		["/admin/knowledge", "/admin/knowledge"],
		[`/admin/chat/${unusedId()}?before=9`, null],
		["//evil.example", "/admin/chat"],
		["/\t/evil.example", "/admin/chat"],
		["https://evil.example/admin/", "/admin/chat"],
		["/chat", "/admin/chat"],
		["", "/admin/chat"],
	])("redirects to next=%j when the agent is signed in already", async (next, location) => {
		const response = await call(loginPage, get(`/admin/login?next=${encodeURIComponent(next)}`, anna));
		expect([response.status, response.headers.get("Location")]).toEqual([302, location ?? next]);
	});

	it("answers 401 with the same text for a wrong password and an unknown email, and keeps the email", async () => {
		const wrong = await signIn({ email: anna.email, password: "not hers at all" });
		const unknown = await signIn({ email: "nobody@store.test", password: anna.password });
		expect([wrong.status, unknown.status]).toEqual([401, 401]);
		expect(wrong.headers.getSetCookie()).toEqual([]);
		const [first, second] = [await bodyOf(wrong), await bodyOf(unknown)];
		expect(first).toEqual({
			email: anna.email,
			problem: "Wrong email or password.",
			wrongField: "password",
		});
		expect(second).toEqual({ ...first, email: "nobody@store.test" });
	});

	it.each([
		["an empty password", { password: "" }],
		["an empty e-mail", { email: "" }],
		["no e-mail at all", { email: "Anna" }],
		["NUL in the e-mail", { email: "a\0b@store.test" }],
		["NUL in the password", { password: "a\0b" }],
		["an e-mail with a wildcard", { email: "%@store.test" }],
		["an e-mail with a quote", { email: "a'or'1'='1@store.test" }],
	])("answers 401 to %s", async (_, change) => {
		expect((await signIn({ email: anna.email, password: anna.password, ...change })).status).toBe(401);
	});

	it.each([
		["no fields", {}],
		["an endless password", { email: "a@b.test", password: "x".repeat(257) }],
		["an endless e-mail", { email: `${"x".repeat(321)}@b.test`, password: "x" }],
	])("answers 422 to %s", async (_, fields) => {
		expect((await signIn(fields as Fields)).status).toBe(422);
	});

	it("is not refused after ten failures, also from one address", async () => {
		const attempts = Array.from({ length: 10 }, (_, index) => `guess number ${index}`);
		for (const password of attempts) {
			const refused = await signIn({ email: anna.email, password });
			expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
		}
		expect((await signIn({ email: anna.email, password: anna.password })).status).toBe(302);
	});

	it("resets the failures after the right password", async () => {
		for (let round = 0; round < 2; round += 1) {
			for (let count = 0; count < 6; count += 1) await signIn({ email: bert.email, password: "a slip" });
			expect((await signIn({ email: bert.email, password: bert.password })).status).toBe(302);
		}
	});

	it("limits an address that tries a hundred emails, because each costs a password hash", async () => {
		const { countAgainst } = await import("#app/http/rate-limit.server.ts");
		for (let count = 0; count < 99; count += 1) await countAgainst("loginsFromAddress", "local");
		expect((await signIn({ email: "one@store.test", password: "guess" })).status).toBe(401);
		expect((await signIn({ email: "two@store.test", password: "guess" })).status).toBe(429);
	});

	it.each([
		["/admin/chat/abc?x=1", "/admin/chat/abc?x=1"],
		["https://evil.test/", "/admin/chat"],
		["/admin/x\r\nSet-Cookie: stolen=1", "/admin/xSet-Cookie:%20stolen=1"],
		["/admin/\u2603", "/admin/%E2%98%83"],
	])("redirects to %j only within this site, and no header can be injected", async (next, location) => {
		const response = await signIn({ email: bert.email, password: bert.password, next });
		expect([response.status, response.headers.get("Location")]).toEqual([302, location]);
		expect(response.headers.getSetCookie().some((cookie) => cookie.startsWith("stolen"))).toBe(false);
	});

	it.each([
		["/admin/chat/abc", "/admin/chat/abc"],
		["/admin/chat#inbox", "/admin/chat"],
		["//evil.test", "/otherwise"],
		["/\\evil.test", "/otherwise"],
		["/\t/evil.test", "/otherwise"],
		["/\n/evil.test", "/otherwise"],
		["/admin/\t/evil.test", "/admin//evil.test"],
		["\\\\evil.test", "/otherwise"],
		["javascript:alert(1)", "/otherwise"],
		["/admin/../../evil", "/otherwise"],
		["/admin/%2e%2e/chat", "/otherwise"],
		["/admin/..//evil.test", "/otherwise"],
		["/chat", "/otherwise"],
		["/administrator", "/otherwise"],
		["/admin/a\0b", "/admin/a%00b"],
		["/admin/\ud800", "/admin/%EF%BF%BD"],
		["", "/otherwise"],
		[undefined, "/otherwise"],
	])("reads %j as %s", (next, expected) => {
		expect(ownPath(next, { under: "/admin/", otherwise: "/otherwise" })).toBe(expected);
	});

	it.each([
		"/\t/evil.test",
		"/\r\n/evil.test",
		"/ /evil.test/..",
		"//evil.test",
		"/\\/evil.test",
		"https:evil.test",
	])("does not redirect a customer to another site either, by %j", (next) => {
		const path = ownPath(next, { otherwise: "/" });
		expect(new URL(path, "http://store.test").host).toBe("store.test");
		expect(path).not.toMatch(/^\/[/\\]/);
	});

	it("is refused for a user who is not an agent any more", async () => {
		const gone = await asAgent("Gone Person");
		await db.delete(chatAgents).where(eq(chatAgents.id, gone.agentId));
		const response = await call(inboxPage, get("/admin/chat", gone));
		expect(response.headers.get("Location")).toMatch(/^\/admin\/login/);
	});

	it.each([
		["a&b@shop.example", "A&B@shop.example"],
		["o'neill+chat@shop.example", "o'neill+chat@shop.example"],
		["j\u00f6rg@b\u00fccher.example", "J\u00d6RG@xn--bcher-kva.example"],
		["\u7528\u6237@\u4f8b\u5b50.example", "\u7528\u6237@\u4f8b\u5b50\uff0eexample"],
		[
			"\u0430\u043d\u043d\u0430@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
			"\u200b\u0430\u043d\u043d\u0430@\u043f\u043e\u0447\u0442\u0430.\u0440\u0444 ",
		],
	])("accepts every deliverable email address: %s, typed as %j", async (email, typed) => {
		await createAgent({ email, name: "Any Script", password: "right password" });
		const response = await signIn({ email: typed, password: "right password" });
		expect([response.status, response.headers.get("Location")]).toEqual([302, "/admin/chat"]);
		const Cookie = cookiesFrom(response);
		const page = await call(inboxPage, new Request("http://localhost/admin/chat", { headers: { Cookie } }));
		expect(await bodyOf(page)).toMatchObject({ agent: { name: "Any Script", email } });
		expect((await signIn({ email: typed, password: "another password" })).status).toBe(401);
	});

	it("is refused for an email that is taken, whatever its case", async () => {
		const twice = { email: anna.email.toUpperCase(), name: "Twin", password: "another one" };
		await expect(createAgent(twice)).rejects.toMatchObject({ status: 409 });
	});
});

describe("a login", () => {
	it("ends on the server when its agent signs out", async () => {
		const agent = await asAgent("Sign Out");
		const response = await call(logout, form("/admin/logout", {}, agent));
		expect([response.status, response.headers.get("Location")]).toEqual([302, "/admin/login"]);
		expect(response.headers.getSetCookie().join()).toMatch(/Max-Age=0/);
		expect((await call(agentEvents, get("/admin/chat/events", agent))).status).toBe(401);
	});

	it("is not ended by a link", async () => {
		const response = await call(logoutPage, get("/admin/logout", anna));
		expect(response.headers.get("Location")).toBe("/admin/chat");
		expect(await inbox(anna)).toEqual(expect.any(Array));
	});

	it("ends when it has expired", async () => {
		const agent = await asAgent("Out Of Time");
		const [row] = await db.select().from(chatAgents).where(eq(chatAgents.id, agent.agentId));
		await db
			.update(logins)
			.set({ expiresAt: new Date(Date.now() - 1_000) })
			.where(eq(logins.userId, String(row?.userId)));
		expect((await call(agentEvents, get("/admin/chat/events", agent))).status).toBe(401);
	});

	it("ends when the password is reset", async () => {
		const agent = await asAgent("New Password");
		await setAgentPassword({ email: agent.email, password: "a fresh password" });
		expect((await call(agentEvents, get("/admin/chat/events", agent))).status).toBe(401);
		expect((await signIn({ email: agent.email, password: agent.password })).status).toBe(401);
		expect((await signIn({ email: agent.email, password: "a fresh password" })).status).toBe(302);
	});

	it("is refused with a changed signature", async () => {
		const [login = ""] = anna.headers?.Cookie?.split("; ") ?? [];
		expect(login).toMatch(/^mevi\.session_token=/);
		const forged = { headers: { Cookie: `${login.slice(0, -6)}AAAAAA` } };
		expect((await call(agentEvents, get("/admin/chat/events", forged))).status).toBe(401);
	});
});

describe("every page and action for agents", () => {
	type Attempt = (as: Sender, sessionId: string) => Promise<Response>;
	const pages: Record<string, Attempt> = {
		"GET /admin/chat": (as) => call(inboxPage, get("/admin/chat", as)),
		"GET /admin/chat/:sessionId": (as, sessionId) =>
			call(conversationPage, get(`/admin/chat/${sessionId}`, as), { sessionId }),
		"POST /admin/chat/:sessionId": (as, sessionId) => plain(sessionId, { intent: "take" }, as),
	};
	const answers: Record<string, Attempt> = {
		"GET /admin/chat/events": (as) => call(agentEvents, get("/admin/chat/events", as)),
		"GET /admin/chat/events?sessionId": (as, sessionId) =>
			call(agentEvents, get(`/admin/chat/events?sessionId=${sessionId}`, as)),
		"POST /admin/chat/events": (as, sessionId) =>
			call(agentEventsByPost, form("/admin/chat/events", { sessionId }, as)),
		"GET /admin/chat/poll": (as) => call(agentPoll, get("/admin/chat/poll", as)),
		"GET /admin/chat/sync": (as) => call(agentSync, get("/admin/chat/sync", as)),
		"GET /admin/chat/sync?sessionId": (as, sessionId) =>
			call(agentSync, get(`/admin/chat/sync?sessionId=${sessionId}`, as)),
		"GET /admin/chat/:sessionId/live": (as, sessionId) =>
			call(agentLive, get(`/admin/chat/${sessionId}/live`, as), { sessionId }),
		"GET /admin/chat/:sessionId/history": (as, sessionId) =>
			call(agentHistory, get(`/admin/chat/${sessionId}/history?before=9`, as), { sessionId }),
		"POST /admin/chat/:sessionId/actions": (as, sessionId) => scripted(sessionId, { intent: "take" }, as),
	};

	async function unauthorisedSenders(): Promise<Sender[]> {
		const customer = await asCustomer();
		const key = await apiKey();
		return [
			{},
			customer.cookie,
			customer.bearer,
			key,
			{ headers: { Cookie: "mevi.session_token=guess.guess" } },
		];
	}

	it.each(Object.entries(pages))(
		"%s redirects strangers, customers and API keys to the login",
		async (_, attempt) => {
			const ada = await asVisitor();
			const sessionId = await makeSession(ada.identity, "Private");
			for (const as of [...(await unauthorisedSenders()), ada.cookie]) {
				const response = await attempt(as, sessionId);
				expect(response.status).toBe(302);
				expect(response.headers.get("Location")).toMatch(/^\/admin\/login(\?next=%2Fadmin%2Fchat|$)/);
				expect(await response.text()).not.toContain("Private");
			}
			expect((await sessionRow(sessionId)).status).toBe("assistant");
		},
	);

	it.each(Object.entries(answers))(
		"%s answers 401 to strangers, customers and API keys",
		async (_, attempt) => {
			const ada = await asVisitor();
			const sessionId = await makeSession(ada.identity, "Private");
			for (const as of [...(await unauthorisedSenders()), ada.cookie, ada.bearer]) {
				const response = await attempt(as, sessionId);
				expect(response.status).toBe(401);
				expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
			}
			expect((await sessionRow(sessionId)).status).toBe("assistant");
		},
	);

	it("answers 404 for an unknown session, as text or as a problem", async () => {
		for (const sessionId of [unusedId(), "nope", "..%2f", "' or 1=1", "x".repeat(5_000)]) {
			expect((await pages["GET /admin/chat/:sessionId"]?.(anna, sessionId))?.status).toBe(404);
			expect((await answers["GET /admin/chat/:sessionId/live"]?.(anna, sessionId))?.status).toBe(404);
			expect((await answers["GET /admin/chat/sync?sessionId"]?.(anna, sessionId))?.status).toBe(404);
			expect((await answers["GET /admin/chat/:sessionId/history"]?.(anna, sessionId))?.status).toBe(404);
			expect((await answers["POST /admin/chat/:sessionId/actions"]?.(anna, sessionId))?.status).toBe(404);
			expect((await plain(sessionId, { intent: "take" }, anna)).status).toBe(404);
		}
	});

	it("survives any number as a position in the session", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "One", "Two");
		for (const before of ["0", "-1", "1.5", "1e15", "99999999999", "x", ""]) {
			const query = `?before=${before}`;
			const shown = await call(conversationPage, get(`/admin/chat/${sessionId}${query}`, anna), {
				sessionId,
			});
			expect([before, (await bodyOf<{ messages: unknown[] }>(shown)).messages.length]).toEqual([before, 2]);
			const older = await call(agentHistory, get(`/admin/chat/${sessionId}/history${query}`, anna), {
				sessionId,
			});
			expect([before, older.status]).toEqual([before, 422]);
		}
	});
});

describe("taking over a session", () => {
	it("stops the assistant, informs the customer who joined, and can be repeated", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello?");
		const response = await plain(sessionId, { intent: "take" }, anna);
		expect([response.status, response.headers.get("Location")]).toEqual([303, `/admin/chat/${sessionId}`]);
		expect(await sessionRow(sessionId)).toMatchObject({ status: "agent", assignedAgentId: anna.agentId });
		expect((await getLatestTurn(sessionId))?.state).toBe("superseded");
		const head = (await sessionRow(sessionId)).lastSeq;
		expect((await scripted(sessionId, { intent: "take" }, anna)).status).toBe(200);
		expect((await sessionRow(sessionId)).lastSeq).toBe(head);
		const texts = (await messagesOf(sessionId)).map((message) => message.message);
		expect(texts).toEqual(["Hello?", "Anna Berg has joined the conversation."]);
	});

	it("leaves further questions to the agent: no turn is enqueued", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		await takeOver(sessionId, actor(anna));
		const { postMessage } = await import("#app/models/message/post.server.ts");
		await postMessage(sessionId, { type: "customer", identity: ada.identity }, { message: "And now?" });
		expect(await getLatestTurn(sessionId)).toBeNull();
	});

	it("succeeds for exactly one of two agents who click at once, ten times over", async () => {
		for (let round = 0; round < 10; round += 1) {
			const sessionId = await makeSession((await asVisitor()).identity, "Who comes?");
			const answers = await Promise.all([
				scripted(sessionId, { intent: "take" }, anna),
				scripted(sessionId, { intent: "take" }, bert),
			]);
			expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
			const winner = answers[0]?.status === 200 ? anna : bert;
			const loser = answers.find((answer) => answer.status === 409);
			expect((await sessionRow(sessionId)).assignedAgentId).toBe(winner.agentId);
			expect((await bodyOf(loser as Response)).detail).toContain(winner.name);
			const joined = (await messagesOf(sessionId)).filter(
				(message) => message.metadata.notice === "agent-joined",
			);
			expect(joined).toHaveLength(1);
		}
	});

	it("happens with a reply, and of two first replies at once one is written", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Help");
		const answers = await Promise.all(
			[anna, bert].map((agent) =>
				plain(sessionId, { intent: "reply", message: `I am ${agent.name}` }, agent),
			),
		);
		expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409]);
		const replies = (await messagesOf(sessionId)).filter((message) => message.senderType === "agent");
		expect(replies).toHaveLength(1);
		expect((await sessionRow(sessionId)).assignedAgentId).toBe(replies[0]?.senderId);
	});

	it("is refused with 409 when it has ended", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		await endSession(sessionId, { type: "customer", identity: ada.identity });
		expect((await plain(sessionId, { intent: "take" }, anna)).status).toBe(409);
		const reply = await plain(sessionId, { intent: "reply", message: "Too late" }, anna);
		expect(reply.status).toBe(409);
		expect(await bodyOf<Refusal>(reply)).toMatchObject({ typed: "Too late" });
	});

	it("changes the positions of the remaining queue and publishes them", async () => {
		const waiting = await Promise.all(
			[1, 2].map(async () => {
				const { identity } = await asVisitor();
				const sessionId = await makeSession(identity);
				return { sessionId, who: { type: "customer", identity } as const };
			}),
		);
		const positions: (number | null)[] = [];
		for (const { sessionId, who } of waiting)
			positions.push((await requestAgent(sessionId, who)).queuePosition);
		expect(positions[1]).toBe((positions[0] ?? 0) + 1);
		await takeOver(String(waiting[0]?.sessionId), actor(anna));
		const [newest] = (await eventsOf(String(waiting[1]?.sessionId))).slice(-1);
		expect(newest?.data).toMatchObject({ session: { queuePosition: positions[0] } });
	});
});

describe("a session that another agent has", () => {
	it("accepts no reply: 409, the text comes back, and nothing is written", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		await takeOver(sessionId, actor(anna));
		const before = await sessionRow(sessionId);
		const refused = await plain(sessionId, { intent: "reply", message: "I know better" }, bert);
		expect(refused.status).toBe(409);
		const refusal = await bodyOf<Refusal>(refused);
		expect(refusal).toMatchObject({ typed: "I know better", intent: "reply", problem: { status: 409 } });
		expect((await scripted(sessionId, { intent: "reply", message: "Still" }, bert)).status).toBe(409);
		expect(await sessionRow(sessionId)).toEqual(before);
	});

	it("cannot be ended by another agent, nor can its messages be marked as read", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		await takeOver(sessionId, actor(anna));
		const question = "Anna Berg has this conversation. Do you want to end it?";
		const asked = await plain(sessionId, { intent: "end" }, bert);
		expect(asked.status).toBe(403);
		expect(await bodyOf(asked)).toMatchObject({ problem: null, confirmEnd: question });
		const refused = await scripted(sessionId, { intent: "end" }, bert);
		expect([refused.status, (await bodyOf(refused)).detail]).toEqual([403, question]);
		for (const confirm of ["no", "", "1"]) {
			expect((await plain(sessionId, { intent: "end", confirm }, bert)).status).toBe(422);
		}
		expect((await scripted(sessionId, { intent: "read", seq: "1" }, bert)).status).toBe(200);
		expect((await messagesOf(sessionId))[0]?.isRead).toBe(false);
		expect((await sessionRow(sessionId)).isActive).toBe(true);
		expect((await scripted(sessionId, { intent: "read", seq: "1" }, anna)).status).toBe(200);
		expect((await messagesOf(sessionId))[0]?.isRead).toBe(true);
		expect((await plain(sessionId, { intent: "end" }, anna)).status).toBe(303);
		expect((await sessionRow(sessionId)).isActive).toBe(false);
	});
});

describe("ending the session of another agent", () => {
	it.each([
		["the plain form", plain, 303],
		["the enhanced page", scripted, 200],
	] as const)("happens after the confirmation, by %s", async (_, submit, status) => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		await takeOver(sessionId, actor(anna));
		expect((await submit(sessionId, { intent: "end", confirm: "yes" }, bert)).status).toBe(status);
		expect(await sessionRow(sessionId)).toMatchObject({ isActive: false, assignedAgentId: anna.agentId });
	});

	it("needs no confirmation when no other agent has the session", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		expect((await plain(sessionId, { intent: "end" }, bert)).status).toBe(303);
		expect((await sessionRow(sessionId)).isActive).toBe(false);
	});
});

describe("replying", () => {
	it("writes under the agent's name, once for each id, with normalised line ends", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		const fields = { intent: "reply", message: "Hello\nAda", clientMessageId: "r-1" };
		for (let count = 0; count < 3; count += 1)
			expect((await plain(sessionId, fields, anna)).status).toBe(303);
		const replies = (await messagesOf(sessionId)).filter((message) => message.senderType === "agent");
		expect(replies).toMatchObject([{ senderName: "Anna Berg", message: "Hello\nAda" }]);
	});

	it.each([
		["an empty text", { intent: "reply", message: " " }],
		["too long a text", { intent: "reply", message: "x".repeat(10_001) }],
		["NUL", { intent: "reply", message: "a\0" }],
		["an unknown intent", { intent: "promote" }],
		["a customer's intent", { intent: "rate", rating: "5" }],
		["no intent", {}],
		["a place that is none", { intent: "read", seq: "-1" }],
	])("refuses %s with 422 and changes nothing", async (_, fields) => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		const before = await sessionRow(sessionId);
		expect((await plain(sessionId, fields as Fields, anna)).status).toBe(422);
		expect((await scripted(sessionId, fields as Fields, anna)).status).toBe(422);
		expect(await sessionRow(sessionId)).toMatchObject({ lastSeq: before.lastSeq, status: before.status });
	});
});

describe("the inbox", () => {
	it("shows queued sessions before all others, with the newest message and the unread count", async () => {
		const ada = await asCustomer();
		const quiet = await makeSession((await asVisitor()).identity, "Just asking");
		const sessionId = await makeSession(ada.identity, "First", "Second");
		await requestAgent(sessionId, { type: "customer", identity: ada.identity });
		const entries = await inbox(anna);
		const positionOf = (id: string) => entries.findIndex((entry) => entry.sessionId === id);
		expect(positionOf(sessionId)).toBeGreaterThanOrEqual(0);
		expect(positionOf(sessionId)).toBeLessThan(positionOf(quiet));
		expect(entries[positionOf(sessionId)]).toMatchObject({
			status: "queued",
			queueReason: "requested",
			customerName: ada.customerId,
			lastMessage: "Second",
			lastSender: "user",
			unread: 2,
		});
	});

	it("contains at most a hundred of the assistant's sessions, and no whole long message", async () => {
		const { identity } = await asVisitor();
		const long = await makeSession(identity, "x".repeat(10_000));
		const entry = (await inbox(anna)).find((one) => one.sessionId === long);
		expect(String(entry?.lastMessage)).toHaveLength(120);
		const { chatSessions } = await import("#db/schema.ts");
		const row = { visitorId: identity.visitorId, lastMessageAt: new Date() };
		await db.insert(chatSessions).values(Array(205).fill(row));
		expect((await inbox(anna)).filter((one) => one.status === "assistant").length).toBe(100);
		await db.delete(chatSessions).where(eq(chatSessions.visitorId, identity.visitorId));
	});

	it("comes as a stream too, complete at first", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "In the stream");
		const [first] = await readEvents(
			await call(agentEvents, get("/admin/chat/events", anna)),
			(all) => all.length > 0,
		);
		expect(first).toMatchObject({ type: "inbox", data: { isWhole: true } });
		expect(JSON.stringify(first)).toContain(sessionId);
	});

	it("comes by POST as by GET", async () => {
		const byPost = (sender: Sender) => call(agentEventsByPost, form("/admin/chat/events", {}, sender));
		const [first] = await readEvents(await byPost(anna), (all) => all.length > 0);
		expect(first).toMatchObject({ type: "inbox", data: { isWhole: true } });
	});

	it("is polled: complete at first, then empty until something has changed", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "Polled");
		type Answer = { events: { type: string; data: { entries: { sessionId: string }[] } }[]; cursor: string };
		const ask = async (loader: typeof agentPoll, path: string) =>
			bodyOf<Answer>(await call(loader, get(path, anna)));
		const whole = await ask(agentSync, "/admin/chat/sync");
		expect(whole.events[0]?.data.entries.map((entry) => entry.sessionId)).toContain(sessionId);
		const again = await ask(agentSync, `/admin/chat/sync?cursor=${whole.cursor}`);
		expect(again).toMatchObject({ events: [], cursor: whole.cursor });
		const waiting = ask(agentPoll, `/admin/chat/poll?cursor=${whole.cursor}`);
		await requestAgent(sessionId, { type: "customer", identity });
		const { events, cursor } = await waiting;
		expect(cursor).not.toBe(whole.cursor);
		expect(events[0]?.data.entries.find((entry) => entry.sessionId === sessionId)).toMatchObject({
			status: "queued",
		});
	});
});

describe("an agent's page", () => {
	it("shows the customer, their orders and agent-only data, and fifty messages at a time", async () => {
		const ada = await asCustomer();
		const { orders } = await import("#db/schema.ts");
		await db.insert(orders).values({
			number: "W5550001",
			customerId: ada.customerId,
			status: "shipped",
			items: [],
			totalCents: 900,
		});
		const sessionId = await makeSession(ada.identity);
		await makeBotMessages(sessionId, 55);
		const shown = await call(conversationPage, get(`/admin/chat/${sessionId}`, anna), { sessionId });
		const page = await bodyOf<{
			messages: unknown[];
			olderBefore: number;
			orders: unknown[];
			customer: unknown;
		}>(shown);
		expect(page.messages).toHaveLength(50);
		expect(page.olderBefore).toBe(6);
		expect(page.customer).toMatchObject({ id: ada.customerId });
		expect(page.orders).toMatchObject([{ number: "W5550001", status: "shipped" }]);
	});

	it("continues from its cursor on both streams", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		const sync = async (query: string) => {
			const answer = await call(agentSync, get(`/admin/chat/sync?sessionId=${sessionId}${query}`, anna));
			return bodyOf<{ events: { type: string; data: { stream?: string } }[]; cursor: string }>(answer);
		};
		const { cursor } = await sync("");
		await takeOver(sessionId, actor(anna));
		const { events } = await sync(`&cursor=${cursor}`);
		expect(new Set(events.map((event) => event.data.stream))).toEqual(new Set(["public", "internal"]));
	});
});
