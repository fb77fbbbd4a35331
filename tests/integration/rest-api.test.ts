import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { env } from "#app/env.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { sessionSchema } from "#app/realtime/events.ts";
import * as aiResponse from "#app/routes/api/ai-response.ts";
import * as messages from "#app/routes/api/messages.ts";
import * as sessions from "#app/routes/api/sessions.ts";
import { loader as eventsLoader } from "#app/routes/chat/events.ts";
import { db } from "#db/client.server.ts";
import { chatSessions, customers, orders } from "#db/schema.ts";
import {
	countRows,
	eventsOf,
	makeBotMessages,
	makeSession,
	messagesOf,
	resetRateLimits,
	sessionRow,
	sessionsOf,
	unusedId,
} from "#tests/factories.ts";
import { apiKey, asCustomer, asVisitor, forgedTokens, signIdentityToken, withBearer } from "#tests/people.ts";
import { bodyOf, call, get, json, readEvents, type Sender, type WireEvent } from "#tests/request.ts";

const SESSIONS = "/api/chat/sessions";
const MESSAGES = "/api/chat/messages";
const AI_RESPONSE = "/api/chat/ai-response";

type Session = {
	sessionId: string;
	userId: string | null;
	status: string;
	tags: string[];
	[key: string]: unknown;
};
type Message = {
	id: string;
	seq: number;
	message: string;
	clientMessageId: string | null;
	[key: string]: unknown;
};
type MessagePage = { messages: Message[]; next: number | null };
type SessionPage = { sessions: Session[]; next: string | null };

const openSession = (body: unknown = {}) => call(sessions.action, json("POST", SESSIONS, body));
const changeSession = (body: unknown, as: Sender) => call(sessions.action, json("PUT", SESSIONS, body, as));
const listSessions = (query: string, as: Sender) => call(sessions.loader, get(`${SESSIONS}${query}`, as));
const postMessage = (body: unknown, as: Sender) => call(messages.action, json("POST", MESSAGES, body, as));
const listMessages = (query: string, as: Sender) => call(messages.loader, get(`${MESSAGES}?${query}`, as));
const putReceipt = (body: unknown, as: Sender) => call(messages.action, json("PUT", MESSAGES, body, as));
const ask = (body: unknown, as: Sender) => call(aiResponse.action, json("POST", AI_RESPONSE, body, as));

/** Checks the API's answer to a refused request (RFC 9457): its status and, for 422, the fields with errors. */
async function expectProblem(response: Response, status: number, fields?: string[]): Promise<void> {
	const body = await bodyOf<Record<string, unknown> & { errors?: Record<string, string[]> }>(
		response.clone(),
	);
	expect({ status: response.status, body }).toMatchObject({ status });
	expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
	expect(response.headers.get("Cache-Control")).toBe("no-store");
	expect(body).toMatchObject({
		type: "about:blank",
		status,
		title: expect.any(String),
		detail: expect.any(String),
	});
	if (status === 401) expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
	if (fields) {
		expect(Object.keys(body.errors ?? {}).sort()).toEqual([...fields].sort());
		for (const words of Object.values(body.errors ?? {})) expect(words[0]).toMatch(/\S/);
	}
}

beforeEach(resetRateLimits);

describe("creating a session", () => {
	it("needs no token and returns one that reads and writes the session", async () => {
		const response = await openSession({ locale: "pt-BR" });
		expect(response.status).toBe(201);
		expect(response.headers.get("Cache-Control")).toBe("no-store");
		const { sessionId, token, ...rest } = await bodyOf<{ sessionId: string; token: string }>(response);
		expect(rest).toEqual({});
		const posted = await postMessage({ sessionId, message: "Olá" }, withBearer(token));
		expect(posted.status).toBe(201);
		const listed = await bodyOf<SessionPage>(await listSessions("", withBearer(token)));
		expect(listed.sessions).toMatchObject([
			{ sessionId, userId: null, locale: "pt-BR", status: "assistant" },
		]);
	});

	it("gives each visitor a token for their own session only", async () => {
		const [one, two] = await Promise.all(
			[openSession(), openSession()].map(async (opened) => bodyOf(await opened)),
		);
		const response = await listMessages(`sessionId=${two?.sessionId}`, withBearer(String(one?.token)));
		await expectProblem(response, 404);
	});

	it("acts as the customer whom the store has signed, and keeps their known data", async () => {
		await db
			.insert(customers)
			.values({ id: "noah_brown_6181", name: "Noah Brown", email: "noah@example.test" });
		const opened = await openSession({ customer: await signIdentityToken("noah_brown_6181") });
		expect(opened.status).toBe(201);
		const { sessionId, token } = await bodyOf<{ sessionId: string; token: string }>(opened);
		expect((await sessionRow(sessionId)).userId).toBe("noah_brown_6181");
		const listed = await bodyOf<SessionPage>(await listSessions("", withBearer(token)));
		expect(listed.sessions[0]?.userId).toBe("noah_brown_6181");
		expect(await db.query.customers.findMany()).toContainEqual(
			expect.objectContaining({ id: "noah_brown_6181", name: "Noah Brown", email: "noah@example.test" }),
		);
	});

	it("accepts no identity that the store did not sign, or without an expiry", async () => {
		const forged = await forgedTokens({ sub: "noah_brown_6181" }, String(env().CUSTOMER_IDENTITY_SECRET));
		const { token: ours } = await asVisitor();
		const nobody = await forgedTokens({}, String(env().CUSTOMER_IDENTITY_SECRET));
		const before = await db.$count(chatSessions);
		for (const [fault, customer] of Object.entries({
			...forged,
			ours,
			"of nobody": nobody.expired,
			empty: "",
		})) {
			expect([fault, (await openSession({ customer })).status]).toEqual([fault, 401]);
		}
		await expectProblem(await openSession({ customer: forged.expired }), 401);
		expect(await db.$count(chatSessions)).toBe(before);
	});

	it("refuses an identity whose name cannot be stored instead of failing", async () => {
		for (const id of ["a\0b", "x".repeat(5_000)]) {
			await expectProblem(await openSession({ customer: await signIdentityToken(id) }), 401);
		}
	});

	it.each([
		["a locale that is none", { locale: "e" }, ["locale"]],
		["a locale with markup", { locale: "en<script>" }, ["locale"]],
		["a locale of a kilometre", { locale: "en-".repeat(40) }, ["locale"]],
		["an identity that is no text", { customer: 5 }, ["customer"]],
		["two wrong fields at once", { locale: 1, customer: [] }, ["customer", "locale"]],
		["a list", [], ["body"]],
		["nothing", null, ["body"]],
	])("answers %s with what is wrong with it", async (_, body, fields) => {
		await expectProblem(await openSession(body), 422, fields);
	});

	it("is limited for one address, and the response says when to retry", async () => {
		const answers = await Promise.all(Array.from({ length: 125 }, () => openSession()));
		expect(answers.filter((answer) => answer.status === 201)).toHaveLength(120);
		const refused = answers.filter((answer) => answer.status === 429);
		expect(refused).toHaveLength(5);
		for (const answer of refused) await expectProblem(answer, 429);
		const wait = Number(refused[0]?.headers.get("Retry-After"));
		expect(wait).toBeGreaterThanOrEqual(1);
		expect(wait).toBeLessThanOrEqual(60);
	});
});

describe("the list of sessions", () => {
	it("shows a customer their own, newest first, and an API key all", async () => {
		const [ada, ben, key] = await Promise.all([asCustomer(), asCustomer(), apiKey()]);
		const first = await makeSession(ada.identity);
		const second = await makeSession(ada.identity);
		const foreign = await makeSession(ben.identity);
		const own = await bodyOf<SessionPage>(await listSessions("", ada.bearer));
		expect(own.sessions.map((session) => session.sessionId)).toEqual([second, first]);
		expect(own.next).toBeNull();
		for (const session of own.sessions) sessionSchema.strict().parse(session);
		const all = await bodyOf<SessionPage>(await listSessions("?limit=3", key));
		expect(all.sessions.map((session) => session.sessionId)).toEqual([foreign, second, first]);
	});

	it("filters by status and by whether the session is open", async () => {
		const ada = await asCustomer();
		const [open, queued, ended] = [
			await makeSession(ada.identity),
			await makeSession(ada.identity),
			await makeSession(ada.identity),
		];
		await changeSession({ sessionId: queued, status: "queued" }, ada.bearer);
		await changeSession({ sessionId: ended, isActive: false }, ada.bearer);
		const found = async (query: string) =>
			(await bodyOf<SessionPage>(await listSessions(query, ada.bearer))).sessions.map((one) => one.sessionId);
		expect(await found("?status=queued")).toEqual([queued]);
		expect(await found("?status=ended")).toEqual([ended]);
		expect(await found("?isActive=true")).toEqual([queued, open]);
		expect(await found("?isActive=false&status=queued")).toEqual([]);
	});

	it("pages without losing or repeating one, also of those that began in the same instant", async () => {
		const ada = await asCustomer();
		const startedAt = new Date("2026-01-01T12:00:00.123Z");
		const row = { visitorId: ada.identity.visitorId, userId: ada.customerId, startedAt };
		const made = await db.insert(chatSessions).values(Array(7).fill(row)).returning();
		const seen: string[] = [];
		let next: string | null = "";
		while (next !== null) {
			const query: string = next === "" ? "?limit=2" : `?limit=2&before=${encodeURIComponent(next)}`;
			const page: SessionPage = await bodyOf<SessionPage>(await listSessions(query, ada.bearer));
			expect(page.sessions.length).toBeLessThanOrEqual(2);
			seen.push(...page.sessions.map((session) => session.sessionId));
			next = page.next;
			expect(seen.length).toBeLessThanOrEqual(7);
		}
		expect([...seen].sort()).toEqual(made.map((session) => session.sessionId).sort());
	});

	it.each([
		["limit=0", "limit"],
		["limit=101", "limit"],
		["limit=many", "limit"],
		["limit=1.5", "limit"],
		["status=open", "status"],
		["isActive=yes", "isActive"],
		["before=yesterday", "before"],
		["before=2026-01-01T00:00:00Z'--", "before"],
	])("refuses ?%s by naming %s", async (query, field) => {
		await expectProblem(await listSessions(`?${query}`, await apiKey()), 422, [field]);
	});

	it("keeps the agents' tags and intent from the customer", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		await changeSession({ sessionId, tags: ["difficult"] }, key);
		await db.update(chatSessions).set({ intent: "complaint" });
		expect((await bodyOf<SessionPage>(await listSessions("", ada.bearer))).sessions).toMatchObject([
			{ sessionId, tags: [], intent: null },
		]);
		expect((await bodyOf<SessionPage>(await listSessions("?limit=1", key))).sessions).toMatchObject([
			{ sessionId, tags: ["difficult"], intent: "complaint" },
		]);
	});
});

describe("changing a session", () => {
	it("lets the customer request an agent, end and rate; a repeated request changes nothing", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const queued = await bodyOf<Session>(await changeSession({ sessionId, status: "queued" }, ada.bearer));
		expect(queued).toMatchObject({ status: "queued", isActive: true, queuePosition: expect.any(Number) });
		await changeSession({ sessionId, status: "queued" }, ada.bearer);
		const ended = await bodyOf<Session>(await changeSession({ sessionId, isActive: false }, ada.bearer));
		expect(ended).toMatchObject({ status: "ended", isActive: false, endedAt: expect.any(String) });
		const again = await bodyOf<Session>(await changeSession({ sessionId, isActive: false }, ada.bearer));
		expect(again.endedAt).toBe(ended.endedAt);
		const rated = await changeSession({ sessionId, customerSatisfactionRating: 4 }, ada.bearer);
		expect(rated.status).toBe(200);
		expect(await bodyOf(rated)).toMatchObject({ customerSatisfactionRating: 4 });
		const notices = (await messagesOf(sessionId)).map((message) => message.metadata.notice);
		expect(notices).toEqual(["queued", "ended"]);
	});

	it("ends and rates in one request", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const body = { sessionId, isActive: false, customerSatisfactionRating: 5 };
		expect(await bodyOf(await changeSession(body, ada.bearer))).toMatchObject({
			status: "ended",
			customerSatisfactionRating: 5,
		});
	});

	it("does not fill the event log with equal ratings", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const rate = (customerSatisfactionRating: number) =>
			changeSession({ sessionId, isActive: false, customerSatisfactionRating }, ada.bearer);
		await rate(5);
		const before = (await sessionRow(sessionId)).lastSeq;
		for (let count = 0; count < 5; count += 1) expect((await rate(5)).status).toBe(200);
		expect((await sessionRow(sessionId)).lastSeq).toBe(before);
		await rate(3);
		expect((await sessionRow(sessionId)).customerSatisfactionRating).toBe(3);
	});

	it("limits how often a customer may change one", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await changeSession({ sessionId, isActive: false }, ada.bearer);
		const rate = (index: number) =>
			changeSession({ sessionId, customerSatisfactionRating: (index % 5) + 1 }, ada.bearer);
		const answers = await Promise.all(Array.from({ length: 70 }, (_, index) => rate(index)));
		const refused = answers.filter((answer) => answer.status === 429);
		expect(refused.length).toBeGreaterThanOrEqual(9);
		expect(Number(refused[0]?.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
	});

	it.each([
		{ tags: ["vip"] },
		{ priority: "urgent" },
		{ status: "ended" },
		{ status: "agent" },
		{ isActive: true },
	])("refuses a customer %j and changes nothing", async (wish) => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const before = await sessionRow(sessionId);
		await expectProblem(await changeSession({ sessionId, ...wish }, ada.bearer), 403);
		expect(await sessionRow(sessionId)).toEqual(before);
	});

	it("lets an API key tag, prioritise and end, and each side gets its own events", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		const changed = await changeSession({ sessionId, tags: ["vip", "Übergabe ☎"], priority: "urgent" }, key);
		expect(await bodyOf(changed)).toMatchObject({ tags: ["vip", "Übergabe ☎"], priority: "urgent" });
		const [internal] = (await eventsOf(sessionId, "internal")).slice(-1);
		expect(internal?.data).toMatchObject({ session: { tags: ["vip", "Übergabe ☎"] } });
		const [shown] = (await eventsOf(sessionId, "public")).slice(-1);
		expect(shown?.data).toMatchObject({ session: { tags: [] } });
		const ended = await changeSession({ sessionId, status: "ended" }, key);
		expect(await bodyOf(ended)).toMatchObject({ isActive: false, status: "ended" });
	});

	it.each([
		[{ customerSatisfactionRating: 0 }, "customerSatisfactionRating"],
		[{ customerSatisfactionRating: 6 }, "customerSatisfactionRating"],
		[{ customerSatisfactionRating: 4.5 }, "customerSatisfactionRating"],
		[{ customerSatisfactionRating: "5" }, "customerSatisfactionRating"],
		[{ tags: Array(21).fill("tag") }, "tags"],
		[{ tags: ["x".repeat(51)] }, "tags.0"],
		[{ tags: ["fine", " "] }, "tags.1"],
		[{ tags: ["nul\0nul"] }, "tags.0"],
		[{ tags: "vip" }, "tags"],
		[{ priority: "lowest" }, "priority"],
		[{ status: "agent", tags: ["half done"] }, "status"],
		[{ isActive: true, tags: ["half done"] }, "isActive"],
		[{ isActive: 0 }, "isActive"],
	])("refuses %j to an API key, naming the field, and changes nothing", async (wish, field) => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		const before = await sessionRow(sessionId);
		await expectProblem(await changeSession({ sessionId, ...wish }, key), 422, [field]);
		expect(await sessionRow(sessionId)).toEqual(before);
	});

	it("stores an unpaired surrogate in a tag as U+FFFD", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		const response = await changeSession({ sessionId, tags: ["broken \ud83d"] }, key);
		expect(await bodyOf(response)).toMatchObject({ tags: ["broken \ufffd"] });
	});

	it("answers 409 to rating an open session and to requesting an agent in an ended one", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await expectProblem(await changeSession({ sessionId, customerSatisfactionRating: 5 }, ada.bearer), 409);
		await changeSession({ sessionId, isActive: false }, ada.bearer);
		await expectProblem(await changeSession({ sessionId, status: "queued" }, ada.bearer), 409);
	});
});

describe("posting a message", () => {
	it("answers with the whole message, as readers and streams get it", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const response = await postMessage(
			{ sessionId, message: "Hello\r\nthere", clientMessageId: "one" },
			ada.bearer,
		);
		expect(response.status).toBe(201);
		const message = await bodyOf<Message>(response);
		expect(message).toEqual({
			id: expect.stringMatching(/^[0-9a-f-]{36}$/),
			sessionId,
			seq: 1,
			clientMessageId: "one",
			senderType: "user",
			senderName: null,
			message: "Hello\nthere",
			messageType: "text",
			metadata: {},
			isRead: false,
			sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
		});
		const page = await bodyOf<MessagePage>(await listMessages(`sessionId=${sessionId}`, ada.bearer));
		expect(page).toEqual({ messages: [message], next: null });
		const [event] = await eventsOf(sessionId);
		expect(event).toMatchObject({ type: "new-message", data: { stream: "public", seq: 1, message } });
	});

	it("writes the same clientMessageId once, and answers 200 with the same message afterwards", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const first = await postMessage({ sessionId, message: "Once", clientMessageId: "c-1" }, ada.bearer);
		const second = await postMessage({ sessionId, message: "Changed", clientMessageId: "c-1" }, ada.bearer);
		expect([first.status, second.status]).toEqual([201, 200]);
		expect(await bodyOf(second)).toEqual(await bodyOf(first));
		await changeSession({ sessionId, isActive: false }, ada.bearer);
		const late = await postMessage({ sessionId, message: "Once", clientMessageId: "c-1" }, ada.bearer);
		expect(late.status).toBe(200);
	});

	it("writes one of twenty that arrive at once with the same id, and leaves no gap", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const post = () => postMessage({ sessionId, message: "Twice?", clientMessageId: "same" }, ada.bearer);
		const answers = await Promise.all(Array.from({ length: 20 }, post));
		const counts = answers.map((answer) => answer.status).sort();
		expect(counts).toEqual([...Array(19).fill(200), 201]);
		const ids = new Set(await Promise.all(answers.map(async (answer) => (await bodyOf<Message>(answer)).id)));
		expect(ids.size).toBe(1);
		expect(await messagesOf(sessionId)).toHaveLength(1);
		const after = await bodyOf<Message>(await postMessage({ sessionId, message: "Next" }, ada.bearer));
		expect(after.seq).toBe(2);
	});

	it("numbers messages of many senders at once without a gap or a repeat", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		const posts = Array.from({ length: 40 }, (_, index) =>
			postMessage({ sessionId, message: `Number ${index}` }, index % 2 ? key : ada.bearer),
		);
		for (const answer of await Promise.all(posts)) expect(answer.status).toBe(201);
		const log = await eventsOf(sessionId);
		expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
		expect(await messagesOf(sessionId)).toHaveLength(40);
		expect((await sessionRow(sessionId)).lastSeq).toBe(log.length);
	});

	it("writes as an agent with the API key's name", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey("Warehouse")]);
		const sessionId = await makeSession(ada.identity);
		await postMessage({ sessionId, message: "Mine", clientMessageId: "shared" }, ada.bearer);
		const response = await postMessage({ sessionId, message: "Packed.", clientMessageId: "shared" }, key);
		expect(response.status).toBe(201);
		expect(await bodyOf(response)).toMatchObject({ senderType: "agent", senderName: "Warehouse", seq: 2 });
	});

	it("counts length in UTF-16 units, after each line end has become one", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const post = (message: string) => postMessage({ sessionId, message }, ada.bearer);
		const lines = "a\r\n".repeat(5_000);
		const stored = await bodyOf<Message>(await post(lines));
		expect(stored.message).toBe("a\n".repeat(5_000));
		expect((await post("😀".repeat(5_000))).status).toBe(201);
		await expectProblem(await post("x".repeat(10_001)), 422, ["message"]);
		await expectProblem(await post("\u200b\u2060 \u2800\u3164\ufe0f"), 422, ["message"]);
		expect((await post("👨\u200d👩\u200d👧")).status).toBe(201);
		await expectProblem(await post(`${"😀".repeat(5_000)}x`), 422, ["message"]);
	});

	it("keeps every character, except unpaired surrogates, which become U+FFFD", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const post = async (message: string) => {
			const answer = await bodyOf<Message>(await postMessage({ sessionId, message }, ada.bearer));
			const page = await bodyOf<MessagePage>(
				await listMessages(`sessionId=${sessionId}&limit=1`, ada.bearer),
			);
			expect(page.messages[0]?.message).toBe(answer.message);
			return answer.message;
		};
		const whole = "  é é 👩‍👩‍👧 \u202eabc\u202c \u0001\u007f\u200b\ufeff\u2028 \\u0000 \uffff 𝕏  ";
		expect(await post(whole)).toBe(whole);
		expect(await post("a\ud83d")).toBe("a\ufffd");
		expect(await post("\ude00b")).toBe("\ufffdb");
		expect(await post("one\rtwo\r\nthree")).toBe("one\ntwo\nthree");
	});

	it.each([
		["an empty text", { message: "" }, ["message"]],
		["a blank text", { message: " \r\n\t\u3000" }, ["message"]],
		["no text", {}, ["message"]],
		["a number for a text", { message: 5 }, ["message"]],
		["a list for a text", { message: ["a"] }, ["message"]],
		["NUL", { message: "a\0b" }, ["message"]],
		["an unknown type", { message: "a", messageType: "system" }, ["messageType"]],
		["an id with a space", { message: "a", clientMessageId: "a b" }, ["clientMessageId"]],
		["an id with an umlaut", { message: "a", clientMessageId: "ä" }, ["clientMessageId"]],
		["an empty id", { message: "a", clientMessageId: "" }, ["clientMessageId"]],
		["an id of 101 characters", { message: "a", clientMessageId: "x".repeat(101) }, ["clientMessageId"]],
		["metadata that is a list", { message: "a", metadata: [] }, ["metadata"]],
		["metadata of 4,001 characters", { message: "a", metadata: { x: "y".repeat(4_000) } }, ["metadata"]],
		["metadata with NUL", { message: "a", metadata: { x: "\0" } }, ["metadata"]],
		["metadata with NUL in a name", { message: "a", metadata: { "a\0": 1 } }, ["metadata"]],
		["two wrong fields", { message: "", clientMessageId: " " }, ["clientMessageId", "message"]],
	])("refuses %s, names the field and writes nothing", async (_, body, fields) => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await expectProblem(await postMessage({ sessionId, ...body }, ada.bearer), 422, fields);
		expect((await sessionRow(sessionId)).lastSeq).toBe(0);
	});

	it("keeps a program's own metadata as it was sent", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const metadata = { page: "/checkout", cart: [{ sku: "ä", count: 2 }], nested: { yes: true, none: null } };
		const message = await bodyOf(await postMessage({ sessionId, message: "Hi", metadata }, ada.bearer));
		expect(message.metadata).toEqual(metadata);
		const page = await bodyOf<MessagePage>(await listMessages(`sessionId=${sessionId}`, ada.bearer));
		expect(page.messages[0]?.metadata).toEqual(metadata);
	});

	it.each(["sources", "notice", "offersPerson", "attachment", "queuePosition", "reason"])(
		"does not let a client set metadata.%s, which the server uses",
		async (name) => {
			const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
			const sessionId = await makeSession(ada.identity);
			for (const as of [ada.bearer, key]) {
				const body = { sessionId, message: "Trust me", metadata: { [name]: [{ url: "https://evil.test" }] } };
				await expectProblem(await postMessage(body, as), 422, ["metadata"]);
			}
		},
	);

	it("survives metadata that is made to break it", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const send = (metadata: string) =>
			postMessage(`{"sessionId":"${sessionId}","message":"Hi","metadata":${metadata}}`, ada.bearer);
		const deep = `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
		expect((await send(deep)).status).toBe(422);
		expect((await send('{"a":"\\ud800"}')).status).toBeLessThan(500);
		const polluted = await send('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}');
		expect(polluted.status).toBeLessThan(500);
		expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
	});

	it("answers 409 after the session has ended", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		await changeSession({ sessionId, isActive: false }, ada.bearer);
		for (const as of [ada.bearer, key]) {
			await expectProblem(await postMessage({ sessionId, message: "Still there?" }, as), 409);
		}
	});

	it("answers 429 from the 31st in a minute, over all of the customer's sessions", async () => {
		const ada = await asCustomer();
		const [one, two] = [await makeSession(ada.identity), await makeSession(ada.identity)];
		const post = (sessionId: string) => postMessage({ sessionId, message: "Again" }, ada.bearer);
		const answers = await Promise.all(Array.from({ length: 29 }, () => post(one)));
		answers.push(await post(two));
		expect(answers.every((answer) => answer.status === 201)).toBe(true);
		for (const sessionId of [one, two]) {
			const refused = await post(sessionId);
			await expectProblem(refused, 429);
			expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
			expect(Number(refused.headers.get("Retry-After"))).toBeLessThanOrEqual(60);
		}
		const other = await asCustomer();
		expect(
			(await postMessage({ sessionId: await makeSession(other.identity), message: "Me" }, other.bearer))
				.status,
		).toBe(201);
	});

	it("accepts exactly thirty of forty that arrive at once, in any number of sessions", async () => {
		const ada = await asCustomer();
		const open = await Promise.all(Array.from({ length: 4 }, () => makeSession(ada.identity)));
		const answers = await Promise.all(
			Array.from({ length: 40 }, (_, index) => {
				return postMessage({ sessionId: open[index % open.length], message: `${index}` }, ada.bearer);
			}),
		);
		expect(answers.filter((answer) => answer.status === 201)).toHaveLength(30);
		expect(answers.filter((answer) => answer.status === 429)).toHaveLength(10);
	});
});

describe("reading messages", () => {
	it("gives the last fifty in order, and the cursors for both directions", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const all = (await makeBotMessages(sessionId, 120)).map((message) => message.seq);
		const read = async (query: string) => {
			const page = await bodyOf<MessagePage>(
				await listMessages(`sessionId=${sessionId}${query}`, ada.bearer),
			);
			return { seqs: page.messages.map((message) => message.seq), next: page.next };
		};
		expect(await read("")).toEqual({ seqs: all.slice(-50), next: all[70] });
		expect(await read("&limit=100")).toEqual({ seqs: all.slice(-100), next: all[20] });
		expect(await read(`&before=${all[10]}`)).toEqual({ seqs: all.slice(0, 10), next: null });
		expect(await read(`&after=${all[109]}`)).toEqual({ seqs: all.slice(110), next: null });
		expect(await read("&after=0&limit=3")).toEqual({ seqs: all.slice(0, 3), next: all[2] });
		expect(await read(`&before=${all[20]}&after=${all[9]}`)).toEqual({ seqs: all.slice(10, 20), next: null });

		for (const direction of ["before", "after"]) {
			const seen: number[] = [];
			let from: number | null = direction === "before" ? 2_147_483_647 : 0;
			while (from !== null) {
				const page: { seqs: number[]; next: number | null } = await read(`&limit=50&${direction}=${from}`);
				seen.push(...page.seqs);
				from = page.next;
			}
			expect(seen.sort((a, b) => a - b)).toEqual(all);
		}
	});

	it("says null when a page contains exactly the rest", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await makeBotMessages(sessionId, 5);
		const page = await bodyOf<MessagePage>(await listMessages(`sessionId=${sessionId}&limit=5`, ada.bearer));
		expect(page.messages).toHaveLength(5);
		expect(page.next).toBeNull();
	});

	it.each([
		["limit=0", "limit"],
		["limit=101", "limit"],
		["limit=-1", "limit"],
		["limit=ten", "limit"],
		["before=-1", "before"],
		["before=99999999999999999999", "before"],
		["before=1;drop table chat_messages", "before"],
		["after=1.5", "after"],
		["after=NaN", "after"],
		["after=Infinity", "after"],
	])("refuses ?%s by naming %s", async (query, field) => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await expectProblem(await listMessages(`sessionId=${sessionId}&${query}`, ada.bearer), 422, [field]);
	});

	it("needs the id of the session", async () => {
		await expectProblem(await listMessages("", await apiKey()), 422, ["sessionId"]);
	});
});

describe("receipts", () => {
	it("mark the other side's messages, publish it, and mark nothing twice", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity, "Hello");
		for (const message of ["One", "Two", "Three"]) await postMessage({ sessionId, message }, key);
		const read = await putReceipt({ sessionId, readUpTo: 3 }, ada.bearer);
		expect(read.status).toBe(200);
		const marked = (await bodyOf<MessagePage>(read)).messages;
		expect(marked.map((message) => [message.message, message.isRead])).toEqual([
			["One", true],
			["Two", true],
		]);
		const events = (await eventsOf(sessionId)).slice(-2);
		expect(events.map((event) => event.type)).toEqual(["message-updated", "message-updated"]);
		const again = await bodyOf<MessagePage>(await putReceipt({ sessionId, readUpTo: 3 }, ada.bearer));
		expect(again.messages).toEqual([]);
		const rows = await messagesOf(sessionId);
		expect(rows.map((row) => row.isRead)).toEqual([false, true, true, false]);
		expect(rows[1]?.readAt).not.toBeNull();
	});

	it("accept a message's id too, and return the message", async () => {
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity, "Hello");
		const [hello] = await messagesOf(sessionId);
		const response = await putReceipt({ id: hello?.id, isRead: true }, key);
		expect(response.status).toBe(200);
		expect(await bodyOf(response)).toMatchObject({ id: hello?.id, isRead: true });
	});

	it("do not mark the sender's own messages", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity, "Hello");
		const [hello] = await messagesOf(sessionId);
		expect(await bodyOf(await putReceipt({ id: hello?.id, isRead: true }, ada.bearer))).toMatchObject({
			isRead: false,
		});
	});

	it("have the same response for another customer's message and an unknown one", async () => {
		const [ada, ben] = await Promise.all([asCustomer(), asCustomer()]);
		const [hers] = await messagesOf(await makeSession(ada.identity, "Private"));
		const foreign = await putReceipt({ id: hers?.id, isRead: true }, ben.bearer);
		const unknown = await putReceipt({ id: unusedId(), isRead: true }, ben.bearer);
		await expectProblem(foreign, 404);
		expect(await foreign.text()).toBe(await unknown.text());
	});

	it.each([
		[{ readUpTo: 1 }],
		[{ sessionId: unusedId() }],
		[{ sessionId: unusedId(), readUpTo: -1 }],
		[{ sessionId: unusedId(), readUpTo: 1e12 }],
		[{ sessionId: unusedId(), readUpTo: "1" }],
		[{ id: "not-a-uuid", isRead: true }],
		[{ id: unusedId(), isRead: false }],
		[{}],
	])("refuse %j", async (body) => {
		const response = await putReceipt(body, await apiKey());
		await expectProblem(response, 422);
		const { errors } = await bodyOf<{ errors: Record<string, string[]> }>(response);
		expect(Object.keys(errors).length).toBeGreaterThan(0);
		expect(Object.keys(errors)).not.toContain("body");
	});
});

describe("a client without access", () => {
	type Attempt = (as: Sender, sessionId: string) => Promise<Response>;
	const attempts: Record<string, Attempt> = {
		"GET sessions": (as) => listSessions("", as),
		"PUT sessions": (as, sessionId) => changeSession({ sessionId, isActive: false }, as),
		"GET messages": (as, sessionId) => listMessages(`sessionId=${sessionId}`, as),
		"POST messages": (as, sessionId) => postMessage({ sessionId, message: "Hi" }, as),
		"PUT messages": (as, sessionId) => putReceipt({ sessionId, readUpTo: 1 }, as),
		"POST ai-response": (as, sessionId) => ask({ sessionId }, as),
		"GET /chat/events": (as, sessionId) => call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, as)),
	};

	it.each(Object.entries(attempts))(
		"gets 401 from %s without a token or with a bad one",
		async (_, attempt) => {
			const ada = await asCustomer();
			const sessionId = await makeSession(ada.identity, "Private");
			const { visitorId, customerId } = ada.identity;
			const forged = await forgedTokens(
				{ vid: visitorId, cid: String(customerId) },
				String(env().APP_SECRET),
				"mevi-customer",
			);
			const headers: Record<string, string> = {
				...Object.fromEntries(Object.entries(forged).map(([fault, token]) => [fault, `Bearer ${token}`])),
				"of another audience": `Bearer ${(await forgedTokens({ vid: visitorId }, String(env().APP_SECRET))).expired}`,
				"an identity of the shop's": `Bearer ${await signIdentityToken(ada.customerId)}`,
				"an unknown API key": "Bearer mevi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
				"the prefix of an API key": "Bearer mevi_",
				"another scheme": `Basic ${ada.token}`,
				"no scheme": ada.token,
				"two tokens": `Bearer ${ada.token} ${ada.token}`,
				empty: "",
			};
			for (const [fault, Authorization] of Object.entries(headers)) {
				const response = await attempt({ headers: { Authorization } }, sessionId);
				expect([fault, response.status]).toEqual([fault, 401]);
				await expectProblem(response, 401);
			}
			expect((await messagesOf(sessionId)).map((message) => message.isRead)).toEqual([false]);
		},
	);

	it.each(Object.entries(attempts).filter(([name]) => name !== "GET /chat/events"))(
		"gets 401 from %s with a browser's cookie: forms of other sites carry those",
		async (_, attempt) => {
			const ada = await asCustomer();
			await expectProblem(await attempt(ada.cookie, await makeSession(ada.identity)), 401);
		},
	);

	it.each(Object.entries(attempts).filter(([name]) => name !== "GET sessions"))(
		"gets the same 404 from %s for another customer's session, an unknown id and an invalid one",
		async (_, attempt) => {
			const [ada, ben] = await Promise.all([asCustomer(), asCustomer()]);
			const anonymous = await asVisitor();
			const hers = await makeSession(ada.identity, "Private");
			const his = await makeSession(anonymous.identity, "Also private");
			const ids = [
				hers,
				hers.toUpperCase(),
				his,
				unusedId(),
				"1",
				"' or 1=1 --",
				`${hers}\0`,
				"ὖ".repeat(40),
				"null",
			];
			for (const id of ids) {
				const response = await attempt(
					ben.bearer,
					encodeURIComponent(id) === id ? id : id.replace("\0", "%00"),
				);
				expect([id, response.status]).toEqual([id, 404]);
				expect(await bodyOf(response)).toMatchObject({ detail: "There is no such conversation." });
			}
			expect((await sessionRow(hers)).isActive).toBe(true);
		},
	);

	it("gets 401 with an API key that has been revoked", async () => {
		const key = await apiKey();
		expect((await listSessions("", key)).status).toBe(200);
		const { apiKeys } = await import("#db/schema.ts");
		const { eq } = await import("drizzle-orm");
		await db.update(apiKeys).set({ revokedAt: new Date() }).where(eq(apiKeys.name, key.name));
		await expectProblem(await listSessions("", key), 401);
	});
});

describe("an invalid body", () => {
	const routes: [string, unknown, string][] = [
		["POST", sessions.action, SESSIONS],
		["PUT", sessions.action, SESSIONS],
		["POST", messages.action, MESSAGES],
		["PUT", messages.action, MESSAGES],
		["POST", aiResponse.action, AI_RESPONSE],
	];

	it.each(routes)("is 400 at %s %o %s when it is malformed", async (method, action, path) => {
		const { bearer } = await asCustomer();
		for (const text of ["", "{", "{'a':1}", "undefined", '{"a":1}}', "\u0000", "[1,]"]) {
			const response = await call(action, json(method, path, text, bearer));
			expect([text, response.status]).toEqual([text, 400]);
			await expectProblem(response, 400);
		}
	});

	it.each(routes)("is 415 at %s %o %s when it does not say that it is JSON", async (method, action, path) => {
		const { bearer } = await asCustomer();
		for (const type of [
			"text/plain",
			"application/x-www-form-urlencoded",
			"application/jsonp",
			"text/json",
			"",
		]) {
			const headers = { ...bearer.headers, "Content-Type": type };
			await expectProblem(await call(action, json(method, path, "{}", { headers })), 415);
		}
	});

	it.each(routes)(
		"is 413 at %s %o %s over 64 KB, whether it says its length or not",
		async (method, action, path) => {
			const { bearer } = await asCustomer();
			const body = JSON.stringify({ message: "x".repeat(64 * 1024) });
			await expectProblem(await call(action, json(method, path, body, bearer)), 413);
			let sent = 0;
			const endless = new ReadableStream<Uint8Array>({
				pull(controller) {
					sent += 1;
					if (sent > 1_000) controller.error(new Error("Nobody stopped reading."));
					else controller.enqueue(new TextEncoder().encode(" ".repeat(8_192)));
				},
			});
			const request = new Request(`http://chat.test${path}`, {
				method,
				body: endless,
				headers: { "Content-Type": "application/json", ...bearer.headers },
				duplex: "half",
			} as RequestInit);
			await expectProblem(await call(action, request), 413);
			expect(sent).toBeLessThan(20);
		},
	);

	it.each(routes)(
		"is 400 at %s %o %s when its client disconnects in the middle",
		async (method, action, path) => {
			const { bearer } = await asCustomer();
			const body = new ReadableStream({ pull: (controller) => controller.error(new Error("aborted")) });
			const headers = { "Content-Type": "application/json", ...bearer.headers };
			const init = { method, body, headers, duplex: "half" } as RequestInit;
			await expectProblem(await call(action, new Request(`http://chat.test${path}`, init)), 400);
		},
	);

	it("does not include a charset and other JSON types, which are accepted", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		for (const type of ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"]) {
			const headers = { ...ada.bearer.headers, "Content-Type": type };
			expect((await postMessage({ sessionId, message: "Hi" }, { headers })).status).toBe(201);
		}
	});
});

describe("an unsupported method", () => {
	it.each([
		["DELETE", sessions.action, SESSIONS, "GET, POST, PUT"],
		["PATCH", sessions.action, SESSIONS, "GET, POST, PUT"],
		["DELETE", messages.action, MESSAGES, "GET, POST, PUT"],
		["PATCH", messages.action, MESSAGES, "GET, POST, PUT"],
		["PUT", aiResponse.action, AI_RESPONSE, "POST"],
		["DELETE", aiResponse.action, AI_RESPONSE, "POST"],
		["GET", (aiResponse as { loader?: unknown }).loader, AI_RESPONSE, "POST"],
	])("%s gets 405, with the supported methods", async (method, handler, path, allowed) => {
		const response = await call(handler, new Request(`http://chat.test${path}`, { method }));
		await expectProblem(response, 405);
		expect(response.headers.get("Allow")).toBe(allowed);
	});
});

describe("asking the assistant", () => {
	const ARTICLE = "How to look after the Zibbel lamp";
	type Answer = {
		answer: string;
		answered: boolean;
		intent: string;
		confidence: number;
		language: string;
		sources: { id: string; title: string; url: string; quote: string; score: number }[];
		escalate: { needed: boolean; reason: string | null };
	};
	const shape = {
		answer: expect.stringMatching(/\S/),
		answered: expect.any(Boolean),
		intent: expect.any(String),
		confidence: expect.any(Number),
		language: expect.any(String),
		sources: expect.any(Array),
		escalate: { needed: expect.any(Boolean), reason: null },
	};

	async function writeArticle() {
		const body = "Wipe the glass shade of the Zibbel lamp with a dry woollen cloth once a month.";
		await saveArticle({ slug: `zibbel-${randomUUID()}`, title: ARTICLE, body });
	}

	it("answers from an article, cites it, and stores nothing", async () => {
		await writeArticle();
		const ada = await asCustomer();
		const before = await countRows();
		const response = await ask(
			{ message: "How do I wipe the shade of my Zibbel lamp?", locale: "en" },
			ada.bearer,
		);
		expect(response.status).toBe(200);
		const answer = await bodyOf<Answer>(response);
		expect(answer).toEqual({ ...shape, answered: true });
		expect(answer.answer).toMatch(/woollen cloth/);
		expect(answer.sources[0]).toEqual({
			id: expect.any(String),
			title: expect.stringContaining(ARTICLE),
			url: expect.stringMatching(/^\/help\/zibbel-/),
			quote: expect.stringContaining("woollen"),
			score: expect.any(Number),
		});
		expect(await countRows()).toEqual(before);
	});

	it("says when it cannot answer", async () => {
		const { bearer } = await asVisitor();
		const answer = await bodyOf<Answer>(await ask({ message: "Which moon of Jupiter smells best?" }, bearer));
		expect(answer).toMatchObject({ answered: false, sources: [] });
	});

	it("identifies the customer's orders by the token alone", async () => {
		const [ada, ben] = await Promise.all([asCustomer(), asCustomer()]);
		const placed = { items: [], totalCents: 100, placedAt: new Date() };
		await db
			.insert(orders)
			.values({ number: "W9911991", customerId: ada.customerId, status: "shipped", ...placed });
		const where = async (as: Sender) =>
			(await bodyOf<Answer>(await ask({ message: "Where is my order #W9911991?" }, as))).answer;
		expect(await where(ada.bearer)).toMatch(/shipped|on its way/i);
		expect(await where(ben.bearer)).not.toMatch(/shipped|on its way/i);
		expect(await where((await asVisitor()).bearer)).not.toMatch(/shipped|on its way/i);
	});

	it("answers the last question of a session through its turn, once, whoever repeats it", async () => {
		await writeArticle();
		const [ada, key] = await Promise.all([asCustomer(), apiKey()]);
		const sessionId = await makeSession(ada.identity, "How do I wipe the shade of my Zibbel lamp?");
		const stopWorker = startWorker();
		onTestFinished(() => stopWorker(0));
		const asked = await Promise.all([ask({ sessionId }, ada.bearer), ask({ sessionId }, key)]);
		const [first, second] = await Promise.all(asked.map((response) => bodyOf<Answer>(response)));
		expect(first).toEqual({ ...shape, answered: true });
		expect(second).toEqual(first);
		expect(await bodyOf(await ask({ sessionId }, ada.bearer))).toEqual(first);
		const bots = (await messagesOf(sessionId)).filter((message) => message.senderType === "bot");
		expect(bots.map((message) => message.message)).toEqual([first?.answer]);
	});

	it("answers nothing in a session without a question, or with an agent", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		await expectProblem(await ask({ sessionId }, ada.bearer), 409);
		const called = await makeSession(ada.identity, "Hello");
		await changeSession({ sessionId: called, status: "queued" }, ada.bearer);
		await expectProblem(await ask({ sessionId: called }, ada.bearer), 409);
	});

	it("streams the same text, then the whole answer", async () => {
		await writeArticle();
		const { bearer } = await asVisitor();
		const headers = { ...bearer.headers, Accept: "text/event-stream" };
		const response = await ask({ message: "How do I wipe the shade of my Zibbel lamp?" }, { headers });
		expect(response.headers.get("Content-Type")).toMatch(/^text\/event-stream/);
		expect(response.headers.get("Cache-Control")).toContain("no-transform");
		const events = await readEvents(response, (all) => all.at(-1)?.type === "answer");
		const deltas = events.filter((event) => event.type === "ai-delta") as (WireEvent & {
			data: { offset: number; text: string };
		})[];
		let text = "";
		for (const delta of deltas) {
			expect(delta.data.offset).toBe(text.length);
			text += delta.data.text;
		}
		expect(deltas.length).toBeGreaterThan(0);
		expect(events.at(-1)?.data).toEqual({ ...shape, answered: true, answer: text });
	});

	it("streams an error as the same problem that it would answer with", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const headers = { ...ada.bearer.headers, Accept: "text/event-stream" };
		const events = await readEvents(await ask({ sessionId }, { headers }), (all) => all.length > 0);
		expect(events[0]).toMatchObject({ type: "error", data: { type: "about:blank", status: 409 } });
	});

	it.each([
		[{ message: "" }, ["message"]],
		[{ message: "x".repeat(10_001) }, ["message"]],
		[{ message: "a\0" }, ["message"]],
		[{ message: "Hi", locale: "x".repeat(36) }, ["locale"]],
		[{ sessionId: 7 }, ["sessionId"]],
		[{}, ["message"]],
	])("refuses %j", async (body, fields) => {
		await expectProblem(await ask(body, await apiKey()), 422, fields);
	});

	it("is limited for one address: each question may cost money", async () => {
		const { bearer } = await asVisitor();
		const answers = await Promise.all(Array.from({ length: 63 }, () => ask({ message: "Hello" }, bearer)));
		expect(answers.filter((answer) => answer.status === 429)).toHaveLength(3);
	});
});

describe("the stream for a program", () => {
	it("accepts the same bearer token, sends joined-chat and continues from a cursor", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity, "Hello");
		const open = (more: Sender = {}) =>
			call(
				eventsLoader,
				get(`/chat/events?sessionId=${sessionId}`, { headers: { ...ada.bearer.headers, ...more.headers } }),
			);
		const events = await readEvents(await open(), (all) => all.length === 2);
		expect(events).toMatchObject([
			{ type: "joined-chat", id: null, data: { sessionId, hb: 15_000 } },
			{ type: "chat-history", id: expect.any(String), data: { messages: [{ message: "Hello" }] } },
		]);
		await postMessage({ sessionId, message: "More" }, ada.bearer);
		const resumed = await open({ headers: { "Last-Event-ID": String(events[1]?.id) } });
		const later = await readEvents(resumed, (all) => all.length === 2);
		expect(later[1]).toMatchObject({ type: "new-message", data: { seq: 2, message: { message: "More" } } });
		expect(await sessionsOf(ada.identity.visitorId)).toHaveLength(1);
	});
});
