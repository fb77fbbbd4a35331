import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { env, setEnv } from "#app/env.server.ts";
import { encodeCursor } from "#app/realtime/cursor.ts";
import { getEpoch } from "#app/realtime/epoch.server.ts";
import { action as adminSubmit } from "#app/routes/admin/conversation/actions.ts";
import * as messages from "#app/routes/api/messages.ts";
import * as sessions from "#app/routes/api/sessions.ts";
import { action as submitScripted } from "#app/routes/chat/actions.ts";
import { loader as eventsLoader } from "#app/routes/chat/events.ts";
import { loader as historyLoader } from "#app/routes/chat/history.ts";
import { loader as liveLoader } from "#app/routes/chat/live.ts";
import { loader as chatPage, action as submitPlain } from "#app/routes/chat/page.tsx";
import { loader as pollLoader } from "#app/routes/chat/poll.ts";
import { loader as syncLoader } from "#app/routes/chat/sync.ts";
import { action as signOut } from "#app/routes/customer/sign-out.ts";
import { REVALIDATE_MS } from "#app/routes/streams/revalidate.server.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, customers, revokedVisitors } from "#db/schema.ts";
import {
	eventsOf,
	makeSession,
	messagesOf,
	resetRateLimits,
	sessionRow,
	sessionsOf,
} from "#tests/factories.ts";
import {
	asAgent,
	asVisitor,
	cookiesFrom,
	signIdentityToken,
	type TestCustomer,
	withBearer,
} from "#tests/people.ts";
import { bodyOf, call, form, get, json, type Sender } from "#tests/request.ts";
import { until } from "#tests/setup/until.ts";

/** The effects of a sign-in and a sign-out on old cookies, their copies, open streams and messages in transit. */

type Page = { session: { sessionId: string } | null; owner: string; formerOwner: string | null };

const readers: Record<string, (sessionId: string, as: Sender) => Promise<Response>> = {
	"GET /chat/events": (id, as) => call(eventsLoader, get(`/chat/events?sessionId=${id}`, as)),
	"GET /chat/poll": (id, as) => call(pollLoader, get(`/chat/poll?sessionId=${id}`, as)),
	"GET /chat/sync": (id, as) => call(syncLoader, get(`/chat/sync?sessionId=${id}`, as)),
	"GET /chat/live": (id, as) => call(liveLoader, get(`/chat/live?sessionId=${id}`, as)),
	"GET /chat/history": (id, as) => call(historyLoader, get(`/chat/history?sessionId=${id}&before=99`, as)),
};

const scripted = (fields: Record<string, string>, as: Sender) =>
	call(submitScripted, form("/chat/actions", fields, as));
const page = async (as: Sender) => bodyOf<Page>(await call(chatPage, get("/chat", as)));

/** Signs a browser in. @returns its new cookie. */
async function signIn(customerId: string, as: Sender): Promise<Sender> {
	const response = await scripted({ intent: "sign-in", identity: await signIdentityToken(customerId) }, as);
	expect(response.status).toBe(200);
	return { headers: { Cookie: cookiesFrom(response) } };
}

/** Reads a stream to its end in the background. */
function follow(response: Response): { text: () => string; hasEnded: () => boolean } {
	expect(response.status).toBe(200);
	let [text, hasEnded] = ["", false];
	void (async () => {
		const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
		for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
		hasEnded = true;
	})();
	return { text: () => text, hasEnded: () => hasEnded };
}

/** Checks that a cookie, and its token as a bearer token, are refused everywhere. */
async function expectRevoked(sessionId: string, { cookie, bearer, identity }: TestCustomer) {
	for (const [name, read] of Object.entries(readers)) {
		expect([name, (await read(sessionId, cookie)).status]).toEqual([name, 404]);
		expect([name, (await read(sessionId, bearer)).status]).toEqual([name, 401]);
	}
	for (const intent of ["send", "request-agent", "end", "typing", "leave-email"]) {
		const fields = { intent, message: "Hi", email: "x@example.com", sessionId };
		expect([intent, (await scripted(fields, cookie)).status]).toEqual([intent, 401]);
		const plain = await call(submitPlain, form("/chat", fields, cookie));
		expect([intent, plain.status, plain.headers.get("Set-Cookie")]).toEqual([intent, 401, null]);
	}
	const programs = [
		await call(messages.loader, get(`/api/chat/messages?sessionId=${sessionId}`, bearer)),
		await call(messages.action, json("POST", "/api/chat/messages", { sessionId, message: "Hi" }, bearer)),
		await call(sessions.loader, get("/api/chat/sessions", bearer)),
		await call(sessions.action, json("PUT", "/api/chat/sessions", { sessionId, isActive: false }, bearer)),
	];
	expect(programs.map((response) => response.status)).toEqual([401, 401, 401, 401]);
	expect((await page(cookie)).session).toBeNull();
	expect((await sessionsOf(identity.visitorId)).filter((row) => row.userId === null)).toEqual([]);
}

beforeEach(resetRateLimits);
afterEach(() => void vi.useRealTimers());

describe("signing in", () => {
	it("revokes the old cookie; a session that was started with a copy of it gets no owner", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Before");
		const ada = await signIn("old_cookie_ada", guest.cookie);
		expect(await sessionRow(sessionId)).toMatchObject({ userId: "old_cookie_ada", isActive: true });
		expect((await sessionRow(sessionId)).visitorId).not.toBe(guest.identity.visitorId);
		await expectRevoked(sessionId, guest);
		await signIn("somebody_else_entirely", guest.cookie);
		expect((await page(ada)).session?.sessionId).toBe(sessionId);
		expect(
			await db.select().from(chatSessions).where(eq(chatSessions.userId, "old_cookie_ada")),
		).toHaveLength(1);
		expect((await messagesOf(sessionId)).map((row) => row.message)).toEqual(["Before"]);
	});

	it("moves no session that was started with a copy of the cookie to a later customer", async () => {
		const guest = await asVisitor();
		await call(signOut, form("/sign-out", {}, guest.cookie));
		expect((await scripted({ intent: "send", message: "Planted" }, guest.cookie)).status).toBe(401);
		const ada = await signIn("planted_ada", guest.cookie);
		expect((await page(ada)).session).toBeNull();
	});

	it("closes streams of the old cookie before they receive anything of the customer", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Before");
		const cursor = encodeCursor({ epoch: await getEpoch(), public: 1, internal: null });
		const poll = () =>
			call(pollLoader, get(`/chat/poll?sessionId=${sessionId}&cursor=${cursor}`, guest.cookie));
		const streams = [
			follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, guest.cookie))),
			follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, guest.bearer))),
			follow(
				await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}&cursor=${cursor}`, guest.cookie)),
			),
			follow(await call(liveLoader, get(`/chat/live?sessionId=${sessionId}`, guest.cookie))),
		];
		const polls = [poll(), poll()];
		await until(() => expect(streams[0]?.text()).toContain("chat-history"));
		const ada = await signIn("stream_ada", guest.cookie);
		expect((await scripted({ intent: "send", message: "My order W1234567", sessionId }, ada)).status).toBe(
			200,
		);
		await until(() => expect(streams.map((stream) => stream.hasEnded())).toEqual([true, true, true, true]));
		for (const stream of streams) {
			expect(stream.text()).not.toContain("W1234567");
			expect(stream.text()).not.toContain("stream_ada");
		}
		for (const answer of await Promise.all(polls)) {
			expect(answer.status).toBe(404);
			expect(await answer.text()).not.toContain("W1234567");
		}
		const hers = await call(syncLoader, get(`/chat/sync?sessionId=${sessionId}&cursor=${cursor}`, ada));
		expect(await hers.text()).toContain("W1234567");
	});

	it("keeps a session that an agent has taken over, and publishes its new owner to both sides", async () => {
		const [guest, agent] = [await asVisitor(), await asAgent("Taken Over")];
		const sessionId = await makeSession(guest.identity, "Is anybody there?");
		await scripted({ intent: "request-agent", sessionId }, guest.cookie);
		await call(adminSubmit, form(`/admin/chat/${sessionId}/actions`, { intent: "take" }, agent), {
			sessionId,
		});
		const ada = await signIn("taken_ada", guest.cookie);
		expect(await sessionRow(sessionId)).toMatchObject({
			status: "agent",
			assignedAgentId: agent.agentId,
			userId: "taken_ada",
		});
		for (const stream of ["public", "internal"] as const) {
			const last = (await eventsOf(sessionId, stream)).at(-1);
			expect(last).toMatchObject({ type: "session-updated", data: { session: { userId: "taken_ada" } } });
		}
		expect((await scripted({ intent: "send", message: "Still me", sessionId }, ada)).status).toBe(200);
		expect((await messagesOf(sessionId)).at(-1)?.message).toBe("Still me");
	});

	it("leaves ended sessions to the browser, and not to the old cookie", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Long ago");
		await scripted({ intent: "end", sessionId }, guest.cookie);
		const stream = follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, guest.cookie)));
		const ada = await signIn("ended_ada", guest.cookie);
		expect((await sessionRow(sessionId)).userId).toBeNull();
		await until(() => expect(stream.hasEnded()).toBe(true));
		for (const [name, read] of Object.entries(readers)) {
			expect([name, (await read(sessionId, guest.cookie)).status]).toEqual([name, 404]);
			const hers = await read(sessionId, ada);
			expect([name, hers.status]).toEqual([name, 200]);
			await hers.body?.cancel();
		}
	});

	it("sends email not to an address that a guest left, but to the customer's own", async () => {
		await db.insert(customers).values({ id: "mail_ada", name: "Ada", email: "Ada@Example.com" });
		const left = {
			verifiedEmail: "guest@example.com",
			verifiedAt: new Date(),
			contactEmail: "guest@example.com",
		};
		for (const [customerId, contactEmail] of [
			["mail_ada", "ada@example.com"],
			["mail_nobody_knows", null],
		] as const) {
			const guest = await asVisitor();
			const sessionId = await makeSession(guest.identity, "Write to me");
			await db.update(chatSessions).set(left).where(eq(chatSessions.sessionId, sessionId));
			await signIn(customerId, guest.cookie);
			expect(await sessionRow(sessionId)).toMatchObject({ verifiedEmail: null, contactEmail });
		}
	});

	it("as another customer revokes the former customer's token, and the session stays with them", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Hello");
		const ada = await signIn("first_ada", guest.cookie);
		const stream = follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, ada)));
		const ben = await signIn("second_ben", ada);
		expect((await page(ben)).session).toBeNull();
		expect((await page(ben)).formerOwner).toBeNull();
		await until(() => expect(stream.hasEnded()).toBe(true));
		expect((await readers["GET /chat/sync"]?.(sessionId, ada))?.status).toBe(404);
		expect((await scripted({ intent: "send", message: "Hi", sessionId }, ada)).status).toBe(401);
		expect((await sessionRow(sessionId)).userId).toBe("first_ada");
	});

	it("twice at once (a double click) is one sign-in, and both cookies are valid", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Hello");
		const before = (await page(guest.cookie)).owner;
		const both = await Promise.all([signIn("double_ada", guest.cookie), signIn("double_ada", guest.cookie)]);
		for (const cookie of both) {
			expect(await page(cookie)).toMatchObject({ session: { sessionId }, formerOwner: before });
		}
		const again = await signIn("double_ada", both[0] as Sender);
		expect((await page(again)).owner).toBe((await page(both[1] as Sender)).owner);
	});

	it("loses and duplicates no message in transit, in any order of arrival", async () => {
		for (let round = 0; round < 8; round += 1) {
			const guest = await asVisitor();
			const customerId = `on_its_way_${round}`;
			// In every second run the message is the first message of a session.
			const sessionId = round % 2 === 0 ? await makeSession(guest.identity, "Hello") : "";
			const sent = {
				intent: "send",
				message: "On its way",
				clientMessageId: `on-its-way-${round}`,
				sessionId,
			};
			const [posted, ada] = await Promise.all([
				scripted(sent, guest.cookie),
				signIn(customerId, guest.cookie),
			]);
			expect([200, 401]).toContain(posted.status);
			// The test sends all unacknowledged messages again, as the browser's outbox does, including messages that
			// another tab has already sent.
			expect((await scripted(sent, ada)).status).toBe(200);
			const written = await db
				.select({ userId: chatSessions.userId })
				.from(chatMessages)
				.innerJoin(chatSessions, eq(chatSessions.sessionId, chatMessages.sessionId))
				.where(eq(chatMessages.clientMessageId, sent.clientMessageId));
			expect(written).toEqual([{ userId: customerId }]);
		}
	});

	it("gives a page in transit no new cookie, and later one with a new visitor id", async () => {
		const guest = await asVisitor();
		await signIn("page_ada", guest.cookie);
		const onItsWay = await call(chatPage, get("/chat", guest.cookie));
		expect(onItsWay.headers.get("Set-Cookie")).toBeNull();
		await db
			.update(revokedVisitors)
			.set({ revokedAt: new Date(Date.now() - 3_600_000) })
			.where(eq(revokedVisitors.visitorId, guest.identity.visitorId));
		expect((await call(chatPage, get("/chat", guest.cookie))).headers.get("Set-Cookie")).toMatch(
			/^mevi_customer=/,
		);
	});

	it("is limited to 120 a minute from one address", async () => {
		const { countAgainst } = await import("#app/http/rate-limit.server.ts");
		for (let count = 0; count < 120; count += 1) await countAgainst("signIns", "local");
		const refused = await scripted(
			{ intent: "sign-in", identity: await signIdentityToken("one_too_many") },
			{},
		);
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
	});
});

describe("signing out", () => {
	it("refuses every copy of the token, and closes its streams at once", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Mine");
		const cookie = await signIn("leaving_ada", guest.cookie);
		const value = decodeURIComponent(cookie.headers?.Cookie?.split("=")[1] ?? "");
		const token: string = JSON.parse(Buffer.from(value, "base64").toString());
		const copy = { ...guest, cookie, token, bearer: withBearer(token) };
		const streams = [
			follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, copy.cookie))),
			follow(await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, copy.bearer))),
		];
		await call(signOut, form("/sign-out", {}, cookie));
		await until(() => expect(streams.map((stream) => stream.hasEnded())).toEqual([true, true]));
		await expectRevoked(sessionId, copy);
		const adaAgain = await signIn("leaving_ada", {});
		expect((await page(adaAgain)).session?.sessionId).toBe(sessionId);
	});

	it("of a program ends the token it sends, and no other", async () => {
		const [one, other] = [await asVisitor(), await asVisitor()];
		const sessionId = await makeSession(one.identity, "Mine");
		const response = await call(signOut, form("/sign-out", {}, one.bearer));
		expect([response.status, await response.text()]).toEqual([204, ""]);
		await expectRevokedBearer(sessionId, one.bearer);
		expect((await call(signOut, form("/sign-out", {}, one.bearer))).status).toBe(401);
		expect((await call(sessions.loader, get("/api/chat/sessions", other.bearer))).status).toBe(200);
	});

	const expectRevokedBearer = async (sessionId: string, bearer: Sender) => {
		expect(
			(await call(messages.loader, get(`/api/chat/messages?sessionId=${sessionId}`, bearer))).status,
		).toBe(401);
		expect((await readers["GET /chat/events"]?.(sessionId, bearer))?.status).toBe(401);
	};
});

describe("an open stream", () => {
	it("ends within 15 s also without a revalidation event", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		const [guest, other] = [await asVisitor(), await asVisitor()];
		const open = async (who: TestCustomer) =>
			follow(
				await call(
					eventsLoader,
					get(`/chat/events?sessionId=${await makeSession(who.identity, "Hi")}`, who.cookie),
				),
			);
		const streams = [await open(guest), await open(other)];
		await until(() => expect(streams.every((stream) => stream.text().includes("chat-history"))).toBe(true));
		await db
			.insert(revokedVisitors)
			.values({ visitorId: guest.identity.visitorId, expiresAt: new Date(Date.now() + 60_000) });
		vi.advanceTimersByTime(REVALIDATE_MS);
		await until(() => expect(streams.map((stream) => stream.hasEnded())).toEqual([true, false]));
	});
});

describe("the cookie", () => {
	it("is refused after its expiry, although it was verified before", async () => {
		const guest = await asVisitor();
		await makeSession(guest.identity, "Hello");
		expect((await page(guest.cookie)).session).not.toBeNull();
		vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 366 * 24 * 60 * 60 * 1_000 });
		try {
			expect((await page(guest.cookie)).session).toBeNull();
		} finally {
			vi.useRealTimers();
		}
	});

	it("is refused with another secret, although it was verified before", async () => {
		const guest = await asVisitor();
		await makeSession(guest.identity, "Hello");
		expect((await page(guest.cookie)).session).not.toBeNull();
		const { APP_SECRET: secret = "" } = env();
		setEnv({ APP_SECRET: "b".repeat(64) });
		try {
			expect((await page(guest.cookie)).session).toBeNull();
		} finally {
			setEnv({ APP_SECRET: secret });
		}
	});

	it("may be larger than what is cached, beside the cookies of others", async () => {
		const guest = await asVisitor();
		await makeSession(guest.identity, "Hello");
		const other = `tracker=${"x".repeat(3_000)}`;
		const cookie = { headers: { Cookie: `${other}; ${guest.cookie.headers?.Cookie}; mevi_customerx=1` } };
		expect((await page(cookie)).session).not.toBeNull();
	});

	it("cannot be set by another host of the domain when PUBLIC_URL is https", async () => {
		setEnv({ PUBLIC_URL: "https://chat.example.com" });
		try {
			const guest = await asVisitor();
			const set = (await call(chatPage, get("/chat"))).headers.get("Set-Cookie");
			expect(set).toMatch(
				/^__Host-mevi_customer=[^;]+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
			);
			// A cookie without the prefix `__Host-` is ignored, because any host of the same domain can set such a cookie.
			await makeSession(guest.identity, "Planted");
			expect((await page(guest.cookie)).session).toBeNull();
		} finally {
			setEnv({ PUBLIC_URL: "" });
		}
	});
});
