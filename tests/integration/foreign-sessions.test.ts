import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { clientAddress, network } from "#app/http/client-address.server.ts";
import { headersOf, openExchange } from "#app/http/exchange.server.ts";
import { labelSession, recordQuestion } from "#app/models/chat-session/change.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { listPresent } from "#app/realtime/presence/leases.server.ts";
import { publishEphemeral, transact } from "#app/realtime/publish.server.ts";
import * as aiResponse from "#app/routes/api/ai-response.ts";
import * as messages from "#app/routes/api/messages.ts";
import * as sessions from "#app/routes/api/sessions.ts";
import { action as submitScripted } from "#app/routes/chat/actions.ts";
import { loader as eventsLoader } from "#app/routes/chat/events.ts";
import { loader as historyLoader } from "#app/routes/chat/history.ts";
import { loader as liveLoader } from "#app/routes/chat/live.ts";
import { loader as chatPage, action as submitPlain } from "#app/routes/chat/page.tsx";
import { loader as pollLoader } from "#app/routes/chat/poll.ts";
import { loader as syncLoader } from "#app/routes/chat/sync.ts";
import { createTranscriptEncoder } from "#app/routes/live/transcript-response.server.tsx";
import { hasVisibleText } from "#app/text/visible-text.ts";
import {
	countRows,
	makeBotMessages,
	makeSession,
	messagesOf,
	resetRateLimits,
	sessionRow,
	unusedId,
} from "#tests/factories.ts";
import {
	apiKey,
	asCustomer,
	asVisitor,
	signIdentityToken,
	type TestCustomer,
	withBearer,
} from "#tests/people.ts";
import { bodyOf, call, form, get, json, readEvents, type Sender } from "#tests/request.ts";
import { needs } from "#tests/setup/needs.ts";
import { until } from "#tests/setup/until.ts";

const HOSTILE = join(import.meta.dirname, "../../../shared/data/hostile");
const needsHostile = needs("../shared/data/hostile", existsSync(HOSTILE));

type Synced = {
	events: { id: string; type: string; data: Record<string, unknown> }[];
	cursor: string;
	more: boolean;
};
const sync = (query: string, as: Sender) => call(syncLoader, get(`/chat/sync?${query}`, as));

beforeEach(resetRateLimits);

/** A request to every URL that returns data of a session to a client that sends the session's id. */
const readers: Record<string, (sessionId: string, as: Sender) => Promise<Response>> = {
	"GET /chat/events": (id, as) => call(eventsLoader, get(`/chat/events?sessionId=${id}`, as)),
	"GET /chat/poll": (id, as) => call(pollLoader, get(`/chat/poll?sessionId=${id}`, as)),
	"GET /chat/sync": (id, as) => call(syncLoader, get(`/chat/sync?sessionId=${id}`, as)),
	"GET /chat/live": (id, as) => call(liveLoader, get(`/chat/live?sessionId=${id}`, as)),
	"GET /chat/history": (id, as) => call(historyLoader, get(`/chat/history?sessionId=${id}&before=99`, as)),
};
const programs: Record<string, (sessionId: string, as: Sender) => Promise<Response>> = {
	"GET messages": (id, as) => call(messages.loader, get(`/api/chat/messages?sessionId=${id}`, as)),
	"POST messages": (sessionId, as) =>
		call(messages.action, json("POST", "/api/chat/messages", { sessionId, message: "Hi" }, as)),
	"PUT messages": (sessionId, as) =>
		call(messages.action, json("PUT", "/api/chat/messages", { sessionId, readUpTo: 9 }, as)),
	"PUT sessions": (sessionId, as) =>
		call(sessions.action, json("PUT", "/api/chat/sessions", { sessionId, isActive: false }, as)),
	"POST ai-response": (sessionId, as) =>
		call(aiResponse.action, json("POST", "/api/chat/ai-response", { sessionId }, as)),
};
const forms: Record<string, Record<string, string>> = {
	"request-agent": {},
	end: {},
	rate: { rating: "1" },
	typing: {},
	read: { seq: "9" },
	delivered: { seq: "9" },
};

describe("two customers", () => {
	/**
	 * The foreign customer has a session of their own, so that the server could not use "the current session" in place
	 * of the requested one.
	 */
	async function customerWithSession(make: () => Promise<TestCustomer>) {
		const person = await make();
		return { ...person, sessionId: await makeSession(person.identity, "Only mine") };
	}
	const pairs: [string, () => Promise<TestCustomer>, () => Promise<TestCustomer>][] = [
		["customers", asCustomer, asCustomer],
		["visitors", asVisitor, asVisitor],
		["a visitor and a customer", asVisitor, asCustomer],
		["a customer and a visitor", asCustomer, asVisitor],
	];

	it.each(pairs)(
		"who are %s cannot read each other's sessions, by cookie or by token",
		async (_, makeOne, makeOther) => {
			const [ada, ben] = [await customerWithSession(makeOne), await customerWithSession(makeOther)];
			for (const [name, read] of Object.entries(readers)) {
				for (const as of [ben.cookie, ben.bearer]) {
					const response = await read(ada.sessionId, as);
					expect([name, response.status]).toEqual([name, 404]);
					expect(await response.text()).not.toContain("Only mine");
				}
				const own = await read(ada.sessionId, ada.bearer);
				expect([name, own.status]).toEqual([name, 200]);
				await own.body?.cancel();
			}
			for (const [name, use] of Object.entries(programs)) {
				expect([name, (await use(ada.sessionId, ben.bearer)).status]).toEqual([name, 404]);
			}
			for (const [intent, fields] of Object.entries(forms)) {
				const sent = { intent, ...fields, sessionId: ada.sessionId };
				expect([intent, (await call(submitPlain, form("/chat", sent, ben.cookie))).status]).toEqual([
					intent,
					404,
				]);
				const scripted = await call(submitScripted, form("/chat/actions", sent, ben.cookie));
				expect([intent, scripted.status]).toEqual([intent, 404]);
			}
			const listed = await call(sessions.loader, get("/api/chat/sessions?limit=100", ben.bearer));
			const { sessions: list } = await bodyOf<{ sessions: { sessionId: string }[] }>(listed);
			expect(list.map((session) => session.sessionId)).toEqual([ben.sessionId]);
			expect(await sessionRow(ada.sessionId)).toMatchObject({
				status: "assistant",
				isActive: true,
				lastSeq: 1,
			});
			expect((await messagesOf(ada.sessionId)).map((row) => [row.isRead, row.deliveredAt])).toEqual([
				[false, null],
			]);
		},
	);

	it("who ask at the same moment each get only their own session", async () => {
		const people = await Promise.all([asVisitor, asCustomer, asVisitor, asCustomer].map(customerWithSession));
		const asked = people.flatMap((owner) => people.map((reader) => ({ owner, reader })));
		const read = (id: string, as: Sender) =>
			call(historyLoader, get(`/chat/history?sessionId=${id}&before=99`, as));
		const statuses = await Promise.all(
			asked.map(async ({ owner, reader }) => {
				return (await read(owner.sessionId, reader.bearer)).status;
			}),
		);
		expect(statuses).toEqual(asked.map(({ owner, reader }) => (owner === reader ? 200 : 404)));
	});

	it("are distinguished when a URL repeats a parameter, as a list, or in capitals", async () => {
		const [ada, ben] = [await customerWithSession(asCustomer), await customerWithSession(asCustomer)];
		const queries = [
			`sessionId=${ben.sessionId}&sessionId=${ada.sessionId}`,
			`sessionId=${ada.sessionId}&sessionId=${ben.sessionId}`,
			`sessionId[]=${ada.sessionId}`,
			`sessionId%00=${ada.sessionId}`,
			`sessionId=${ada.sessionId.toUpperCase()}`,
			`sessionId={${ada.sessionId}}`,
			`sessionId=${ada.sessionId}%20`,
			`sessionId=%EF%BB%BF${ada.sessionId}`,
			`sessionId=${ada.sessionId}&__proto__[sessionId]=${ada.sessionId}`,
		];
		for (const query of queries) {
			for (const loader of [syncLoader, pollLoader]) {
				const text = await (await call(loader, get(`/chat/sync?${query}`, ben.cookie))).text();
				expect(text).not.toContain(ada.sessionId);
			}
			const response = await call(messages.loader, get(`/api/chat/messages?${query}`, ben.bearer));
			expect([query, response.status < 500]).toEqual([query, true]);
			expect(await response.text()).not.toContain(ada.sessionId);
		}
	});

	it("are distinguished when there is a list in place of an id", async () => {
		const [ada, ben] = [await customerWithSession(asCustomer), await customerWithSession(asCustomer)];
		for (const sessionId of [
			[ada.sessionId],
			[ben.sessionId, ada.sessionId],
			{ id: ada.sessionId },
			true,
			1,
			null,
		]) {
			const response = await call(
				messages.action,
				json("POST", "/api/chat/messages", { sessionId, message: "Hi" }, ben.bearer),
			);
			expect(response.status).toBe(422);
		}
	});

	it("who share a browser one after the other do not share a session", async () => {
		const visitor = await asVisitor();
		const sessionId = await makeSession(visitor.identity, "Before anybody signed in");
		const signIn = async (id: string, cookie: Sender) => {
			const identity = await signIdentityToken(id);
			const response = await call(submitPlain, form("/chat", { intent: "sign-in", identity }, cookie));
			return { headers: { Cookie: response.headers.getSetCookie()[0]?.split(";")[0] ?? "" } };
		};
		const before = await signIn("shared_browser_ada", visitor.cookie);
		await call(chatPage, get("/chat", before));
		const ben = await signIn("shared_browser_ben", before);
		// Signs the customer in with another browser.
		const ada = await signIn("shared_browser_ada", {});
		for (const [name, read] of Object.entries(readers)) {
			expect([name, (await read(sessionId, ben)).status]).toEqual([name, 404]);
			// The browser's cookie from before the sign-in must not give access to the session of the customer Ada.
			expect([name, (await read(sessionId, visitor.cookie)).status]).toEqual([name, 404]);
			// Ada's earlier cookie must not give access to the session either, because the browser has signed in as another
			// customer since then.
			expect([name, (await read(sessionId, before)).status]).toEqual([name, 404]);
			const hers = await read(sessionId, ada);
			expect([name, hers.status]).toEqual([name, 200]);
			await hers.body?.cancel();
		}
	});
});

describe("a new visitor", () => {
	it("reads nothing and stores nothing by loading pages", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Private");
		const before = await countRows();
		for (const [name, read] of Object.entries(readers)) {
			for (const id of [sessionId, unusedId(), ""]) {
				const status = (await read(id, {})).status;
				expect([name, id, status === 404 || (name === "GET /chat/history" && status === 422)]).toEqual([
					name,
					id,
					true,
				]);
			}
		}
		await call(chatPage, get("/chat"));
		expect(await countRows()).toEqual(before);
		expect(await listPresent([`customer:${sessionId}`])).toEqual(new Set());
	});

	it("creates at most two sessions a second from one address, by form or click", async () => {
		const { countAgainst } = await import("#app/http/rate-limit.server.ts");
		for (let count = 0; count < 118; count += 1) await countAgainst("sessions", "local");
		const send = async (fields: Record<string, string>) => {
			return (await call(submitPlain, form("/chat", fields, (await asVisitor()).cookie))).status;
		};
		expect(await send({ intent: "send", message: "Hi" })).toBe(303);
		expect(await send({ intent: "request-agent" })).toBe(303);
		const before = await countRows();
		expect(await send({ intent: "send", message: "Hi" })).toBe(429);
		expect(await send({ intent: "request-agent" })).toBe(429);
		expect((await call(sessions.action, json("POST", "/api/chat/sessions", {}))).status).toBe(429);
		expect(await countRows()).toEqual(before);
	});

	it("cannot get another count with addresses in a header", async () => {
		const server = createServer((request, response) => {
			openExchange(request, response);
			response.end(clientAddress({ headers: headersOf(request) }));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const seen = async (forwarded?: string) =>
			(await fetch(url, { headers: forwarded === undefined ? {} : { "X-Forwarded-For": forwarded } })).text();
		try {
			expect(await seen()).toBe("127.0.0.1");
			expect(await seen("1.1.1.1, 203.0.113.7")).toBe("203.0.113.7");
			expect(await seen("2.2.2.2, 203.0.113.7")).toBe("203.0.113.7");
			expect(await seen(`x${"y".repeat(5_000)}`)).toBe("127.0.0.1");
			expect(await seen("203.0.113.7, not-an-address")).toBe("127.0.0.1");
			expect(await seen("2001:db8:1:2:3:4:5:6")).toBe(await seen("2001:db8:1:2:ffff::1"));
		} finally {
			server.close();
		}
	});

	it.each([
		["203.0.113.7", "203.0.113.7"],
		["::ffff:203.0.113.7", "203.0.113.7"],
		["2001:db8::1", "2001:db8:0:0::/64"],
		["2001:0DB8:0000:0000:ffff::", "2001:db8:0:0::/64"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
		["2001:db8:1:2::", "2001:db8:1:2::/64"],
		["fe80::1%eth0", "fe80:0:0:0::/64"],
		["::1", "0:0:0:0::/64"],
	])("at %s is counted as %s", (address, counted) => {
		expect(network(address)).toBe(counted);
	});
});

describe("one visitor", () => {
	it("has at most two dozen open streams, of all kinds together, and releases slots", async () => {
		const [ada, ben] = [await asVisitor(), await asVisitor()];
		const sessionId = await makeSession(ada.identity, "Hello");
		const his = await makeSession(ben.identity, "Hello");
		const kinds = [readers["GET /chat/events"], readers["GET /chat/live"]];
		const open = (index: number) => kinds[index % kinds.length]?.(sessionId, ada.cookie);
		const streams = await Promise.all(Array.from({ length: 24 }, (_, index) => open(index)));
		expect(streams.map((stream) => stream?.status)).toEqual(Array(24).fill(200));
		for (const index of [0, 1]) {
			const refused = await open(index);
			expect(refused?.status).toBe(429);
			expect(Number(refused?.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
		}
		const other = await readers["GET /chat/events"]?.(his, ben.cookie);
		expect(other?.status).toBe(200);
		for (const stream of [...streams, other]) await stream?.body?.cancel();
		const again = await open(0);
		expect(again?.status).toBe(200);
		await again?.body?.cancel();
	});

	it("waits in no more than two dozen polls at once", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		const { cursor } = await bodyOf<Synced>(await sync(`sessionId=${sessionId}`, ada.cookie));
		const poll = () =>
			call(pollLoader, get(`/chat/poll?sessionId=${sessionId}&cursor=${cursor}`, ada.cookie));
		const before = hub.stats().readers;
		const waiting = Array.from({ length: 24 }, poll);
		await until(() => expect(hub.stats().readers).toBe(before + 24));
		expect((await poll()).status).toBe(429);
		await makeBotMessages(sessionId, 1);
		for (const answer of await Promise.all(waiting)) {
			expect((await bodyOf<Synced>(answer)).events).toMatchObject([{ type: "new-message" }]);
		}
		expect((await poll()).status).toBe(200);
	});
});

describe("agent-only data", () => {
	it("reaches the customer on no URL", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity, "Hello");
		const start = await bodyOf<Synced>(await sync(`sessionId=${sessionId}`, ada.bearer));
		const stream = await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, ada.cookie));
		const events = readEvents(stream, (all) => JSON.stringify(all).includes('"queued"'));
		await labelSession(
			sessionId,
			{ type: "api-key", name: "x" },
			{ tags: ["TAG-SECRET"], priority: "urgent" },
		);
		await transact((tx) => recordQuestion(tx, sessionId, { intent: "INTENT-SECRET", language: "en" }));
		publishEphemeral({
			sessionId,
			stream: "internal",
			type: "user-typing",
			data: { on: true, name: "TYPING-SECRET" },
		});
		await requestAgent(sessionId, { type: "customer", identity: ada.identity });
		const texts = [JSON.stringify(await events)];
		for (const as of [ada.cookie, ada.bearer]) {
			for (const cursor of [start.cursor, `${start.cursor}.i0`, "", `${start.cursor.split(".")[0]}.p0.i0`]) {
				const answer = await bodyOf<Synced>(await sync(`sessionId=${sessionId}&cursor=${cursor}`, as));
				for (const event of answer.events) expect(event.data.stream ?? "public").toBe("public");
				texts.push(JSON.stringify(answer));
			}
		}
		texts.push(await (await call(chatPage, get("/chat", ada.cookie))).text());
		texts.push(await (await call(sessions.loader, get("/api/chat/sessions", ada.bearer))).text());
		for (const text of texts) expect(text).not.toMatch(/SECRET/);
		expect(texts.join()).toContain("queued");
		// The same requests of permitted readers return data; otherwise the refusals above would prove nothing.
		const key = await apiKey();
		const full = await (await sync(`sessionId=${sessionId}&cursor=${start.cursor}.i0`, key)).text();
		expect(full).toContain("TAG-SECRET");
		expect(full).toContain("INTENT-SECRET");
	});
});

describe("a forged cursor", () => {
	const numbers = ["999999999", "9999999999", "2147483648", "-1", "1e9", "0x10", "\u0661", "01"];

	it("is answered with a reset or the events after it, never with an error", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "One", "Two");
		const { cursor } = await bodyOf<Synced>(await sync(`sessionId=${sessionId}`, ada.cookie));
		const epoch = cursor.split(".")[0];
		const cursors = [
			...numbers.map((number) => `${epoch}.p${number}`),
			...numbers.map((number) => `${epoch}.p1.i${number}`),
			"other-life.p1",
			"__proto__.p1",
			"'; drop table chat_events; --",
			`${epoch}.p1`.repeat(2_000),
			"\u00e9".repeat(100),
		];
		for (const made of cursors) {
			const asked = await sync(`sessionId=${sessionId}&cursor=${encodeURIComponent(made)}`, ada.cookie);
			expect([made.slice(0, 60), asked.status]).toEqual([made.slice(0, 60), 200]);
			const [first] = (await bodyOf<Synced>(asked)).events;
			expect([made.slice(0, 60), ["reset", "new-message"].includes(String(first?.type))]).toEqual([
				made.slice(0, 60),
				true,
			]);
		}
		const header = { headers: { ...ada.cookie.headers, "Last-Event-ID": "x".repeat(15_000) } };
		const events = await readEvents(
			await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}&cursor=${cursor}`, header)),
			(all) => all.length === 3,
		);
		expect(events.map((event) => event.type)).toEqual(["joined-chat", "reset", "chat-history"]);
	});

	it.each(["99999999999", "1e15", "-1", "0", "1.5", "x", "", "9".repeat(400)])(
		"causes no error as a position in the history either: %s",
		async (before) => {
			const ada = await asVisitor();
			const sessionId = await makeSession(ada.identity, "One");
			const path = `/chat/history?sessionId=${sessionId}&before=${before}`;
			expect((await call(historyLoader, get(path, ada.cookie))).status).toBeOneOf([200, 422]);
		},
	);

	it("returns a long session in pages: no response grows with it", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "First");
		const { cursor } = await bodyOf<Synced>(await sync(`sessionId=${sessionId}`, ada.cookie));
		await makeBotMessages(sessionId, 250);
		const first = await bodyOf<Synced>(await sync(`sessionId=${sessionId}&cursor=${cursor}`, ada.cookie));
		expect([first.events.length, first.more]).toEqual([200, true]);
		const rest = await bodyOf<Synced>(
			await sync(`sessionId=${sessionId}&cursor=${first.cursor}`, ada.cookie),
		);
		expect([rest.events.length, rest.more]).toEqual([50, false]);
		const fresh = await bodyOf<Synced>(await sync(`sessionId=${sessionId}`, ada.cookie));
		expect(fresh.events[0]?.data.messages).toHaveLength(50);
	});
});

describe("hostile text", () => {
	const read = (name: string) => JSON.parse(readFileSync(join(HOSTILE, name), "utf8")) as string[];
	const stored = (text: string) => text.replace(/\r\n?/g, "\n").toWellFormed();
	const encoder = () => createTranscriptEncoder("user", "nonce");
	const message = (change: Partial<Message>): Message => ({
		id: unusedId(),
		sessionId: unusedId(),
		seq: 1,
		clientMessageId: null,
		senderType: "agent",
		senderName: "Anna",
		message: "INNOCENT",
		messageType: "text",
		metadata: {},
		isRead: false,
		sentAt: "2026-01-01T00:00:00.000Z",
		...change,
	});
	const show = (change: Partial<Message>) =>
		encoder()({
			id: null,
			type: "new-message",
			json: JSON.stringify({ stream: "public", seq: 1, message: message(change) }),
		}) ?? "";

	const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'" };
	/** The text that a browser shows for a piece of HTML; null when the HTML contains tags or an unescaped ampersand. */
	function textOf(html: string): string | null {
		if (/[<>]/.test(html) || /&(?!(?:amp|lt|gt|quot|#x27|#39);)/.test(html)) return null;
		return html.replace(/&([^;]+);/g, (_, name: string) => NAMED[name] ?? "?");
	}
	/** The HTML of a page without texts and attribute values, to compare the structure of pages. */
	const structureOf = (html: string) => html.replace(/"[^"]*"/g, '""').replace(/>[^<]*/g, ">");
	/** The only parts in which two pages may differ, as text; every other byte of the pages must be equal. */
	function differingTexts(innocent: string, html: string): (string | null)[] {
		return innocent.split("INNOCENT").reduce<{ texts: (string | null)[]; rest: string }>(
			(state, piece, index, pieces) => {
				if (index === 0) {
					expect(html.startsWith(piece)).toBe(true);
					return { texts: [], rest: html.slice(piece.length) };
				}
				const at = index === pieces.length - 1 ? state.rest.length - piece.length : state.rest.indexOf(piece);
				expect(state.rest.slice(at)).toMatch(new RegExp(`^${piece.slice(0, 40).replace(/[^\w]/g, "\\$&")}`));
				return {
					texts: [...state.texts, textOf(state.rest.slice(0, at))],
					rest: state.rest.slice(at + piece.length),
				};
			},
			{ texts: [], rest: html },
		).texts;
	}

	const LINK =
		/<a href="(?:https?:\/\/|mailto:)[^"<>]*" target="_blank" rel="noopener nofollow ugc" class="[^"]*">([^<]*)<\/a>/g;
	const DRAWN =
		/^<\/?(?:p|strong|em|code|pre|ul|ol|li|span|hr|table|thead|tbody|tr|th|td|div)(?: (?:class|start|aria-hidden)="[^"<>]*")*\/?>$/;
	const DRAWN_LINK =
		/^<a href="(?:https?:\/\/|mailto:|\/(?![/\\]))[^"<>]*" target="_blank" rel="noopener nofollow ugc" class="[^"]*">$/;
	const known = new Set((show({}) + show({ senderType: "bot" })).match(/<[^>]*>?/g));
	/** HTML tags in a message bubble that are neither part of the bubble nor made from Markdown. */
	function unexpectedTags(html: string): string[] {
		return (html.match(/<[^>]*>?/g) ?? []).filter(
			(tag) => !known.has(tag) && tag !== "</a>" && !DRAWN.test(tag) && !DRAWN_LINK.test(tag),
		);
	}

	it("comes back unchanged: each of the naughty strings", needsHostile, async () => {
		const [{ identity }, key] = [await asVisitor(), await apiKey()];
		const strings = read("blns.json");
		expect(strings.length).toBeGreaterThan(400);
		const open = await Promise.all(Array.from({ length: 8 }, () => makeSession(identity)));
		const faults: unknown[] = [];
		await Promise.all(
			open.map(async (sessionId, rawHandler) => {
				for (let index = rawHandler; index < strings.length; index += open.length) {
					const text = strings[index] ?? "";
					const answer = await call(
						messages.action,
						json(
							"POST",
							"/api/chat/messages",
							{ sessionId, message: text, clientMessageId: `n${index}` },
							key,
						),
					);
					const isRefused = !hasVisibleText(stored(text)) || text.includes("\0");
					if (answer.status !== (isRefused ? 422 : 201)) faults.push([text, answer.status]);
				}
			}),
		);
		expect(faults).toEqual([]);
		const back = new Map<string, string>();
		for (const sessionId of open) {
			const page = await call(
				messages.loader,
				get(`/api/chat/messages?sessionId=${sessionId}&limit=100`, key),
			);
			for (const one of (await bodyOf<{ messages: Message[] }>(page)).messages) {
				back.set(String(one.clientMessageId), one.message);
			}
		}
		const expected = strings
			.map((text, index): [string, string] => [`n${index}`, stored(text)])
			.filter(([, text]) => hasVisibleText(text) && !text.includes("\0"));
		expect(Object.fromEntries(back)).toEqual(Object.fromEntries(expected));
	});

	it("comes back unchanged: four thousand attacks on browsers in long messages", needsHostile, async () => {
		const [{ identity }, key] = [await asVisitor(), await apiKey()];
		const sessionId = await makeSession(identity);
		const batches: string[] = [""];
		for (const attack of read("xss-payloads.json").map(stored)) {
			const last = batches.at(-1) ?? "";
			if (last.length + attack.length + 1 > 10_000) batches.push(attack);
			else batches[batches.length - 1] = `${last}\n${attack}`;
		}
		const sendable = batches.filter((batch) => batch.length <= 10_000 && !batch.includes("\0"));
		expect(sendable.length).toBeGreaterThan(batches.length - 3);
		for (const batch of sendable) {
			const body = { sessionId, message: batch };
			expect((await call(messages.action, json("POST", "/api/chat/messages", body, key))).status).toBe(201);
		}
		const got: string[] = [];
		for (let after: number | null = 0; after !== null; ) {
			const path = `/api/chat/messages?sessionId=${sessionId}&after=${after}&limit=100`;
			const page: { messages: Message[]; next: number | null } = await bodyOf(
				await call(messages.loader, get(path, key)),
			);
			got.push(...page.messages.map((one) => one.message));
			after = page.next;
		}
		expect(got).toEqual(sendable);
	});

	/** A longer timeout (ms) of the test, which renders five thousand strings, each for customer and agent. */
	const long = { ...needsHostile, timeout: 120_000 };
	it("is shown as text in the page without scripts, in message, name and live answer", long, () => {
		const strings = [...read("blns.json"), ...read("xss-payloads.json")]
			.map(stored)
			.filter((text) => text !== "");
		expect(strings.length).toBeGreaterThan(4_500);
		const innocent = {
			agent: show({}),
			user: show({ senderType: "user" }),
			system: show({ senderType: "system" }),
			bot: show({ senderType: "bot" }),
		};
		for (const text of strings) {
			// A customer's message is shown unchanged; an agent's message is rendered from Markdown, with a few allowed
			// HTML elements.
			const own = show({ senderType: "user", message: text });
			expect(differingTexts(innocent.user, own.replace(LINK, "$1"))).toEqual([text]);
			expect(unexpectedTags(show({ message: text }))).toEqual([]);
		}
		// A sender's name also appears in an avatar's initials and in a label, so the HTML structures of the pages are
		// compared.
		for (const text of strings.slice(0, 1_000)) {
			expect(structureOf(show({ senderName: text }))).toBe(structureOf(innocent.agent));
			expect(differingTexts(innocent.system, show({ senderType: "system", message: text }))).toEqual([text]);
			expect(unexpectedTags(show({ senderType: "bot", message: text }))).toEqual([]);
		}
		const delta = (encode: ReturnType<typeof encoder>, offset: number, text: string) =>
			encode({ id: null, type: "ai-delta", json: JSON.stringify({ messageId: "m", offset, text }) }) ?? "";
		const begun = delta(encoder(), 0, "INNOCENT");
		for (const text of strings) {
			const encode = encoder();
			// Streamed text of an answer is shown unchanged except for removed Markdown marks.
			const words = (shown: string | null | undefined) => shown?.replace(/[*`#\s]/g, "");
			expect(words(differingTexts(begun, delta(encode, 0, text))[0])).toBe(words(text));
			expect(words(textOf(delta(encode, text.length, text)))).toBe(words(text));
		}
	});

	it("makes no link of a source outside the store", () => {
		const urls = [
			"javascript:alert(1)",
			"//evil.test",
			"https://evil.test",
			"/\\evil.test",
			"data:text/html,x",
			" /x",
		];
		for (const url of urls) {
			const sources = [{ id: "1", title: "T", quote: "Q", score: 1, url }];
			const html = show({ senderType: "bot", metadata: { sources } });
			const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(
				(match) => new URL(match[1] ?? "", "http://store.test").host,
			);
			expect([url, hrefs.filter((host) => host !== "store.test")]).toEqual([url, []]);
		}
		const sources = [
			{ id: "1", title: '"><img src=x>', quote: '" onmouseover="x', score: 1, url: '/help/a"onclick="x' },
		];
		expect(show({ senderType: "bot", metadata: { sources } })).not.toMatch(/<img|" onmouseover="|"onclick="/);
	});

	it("does not become a separate event in a stream", async () => {
		const ada = await asVisitor();
		const evil = "x\n\nevent: chat-ended\ndata: {}\nid: 9\n\n\u2028\u2029: comment\rretry: 1";
		const sessionId = await makeSession(ada.identity);
		const body = { sessionId, message: evil };
		expect((await call(messages.action, json("POST", "/api/chat/messages", body, ada.bearer))).status).toBe(
			201,
		);
		const answer = await call(eventsLoader, get(`/chat/events?sessionId=${sessionId}`, ada.cookie));
		const events = await readEvents(answer, (all) => all.length === 2);
		expect(events.map((event) => event.type)).toEqual(["joined-chat", "chat-history"]);
		expect(events[1]?.data).toMatchObject({ messages: [{ message: stored(evil) }] });
	});
});

describe("a token", () => {
	it("is in no response except the one that issues it", async () => {
		const opened = await call(sessions.action, json("POST", "/api/chat/sessions", {}));
		const { sessionId, token } = await bodyOf<{ sessionId: string; token: string }>(opened);
		const as = withBearer(token);
		for (const [name, use] of [...Object.entries(readers), ...Object.entries(programs)]) {
			const response = await use(sessionId, as);
			if (name === "GET /chat/events" || name === "GET /chat/live") {
				await response.body?.cancel();
				continue;
			}
			expect(await response.text()).not.toContain(token.slice(0, 40));
		}
	});

	it("is not read from the URL, where logs would store it", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity, "Private");
		for (const name of ["token", "access_token", "authorization", "Authorization"]) {
			const path = `/chat/events?sessionId=${sessionId}&${name}=${ada.token}`;
			expect((await call(eventsLoader, get(path))).status).toBe(404);
			const listed = await call(sessions.loader, get(`/api/chat/sessions?${name}=${ada.token}`));
			expect(listed.status).toBe(401);
		}
	});
});
