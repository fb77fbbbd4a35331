import { afterEach, expect, it, vi } from "vitest";
import { createLockManager, createStorage } from "#tests/setup/browser.ts";
import type { OutboxEntry } from "./entries.ts";
import { createOutbox, type SendResult } from "./outbox.ts";

const QUICK_TIMINGS = { retryFirst: 10, retryMax: 40, lockTimeout: 600, linger: 30 };
const SESSION = "a-session";

const open: { close(): void }[] = [];
afterEach(() => {
	for (const outbox of open.splice(0)) outbox.close();
	vi.useRealTimers();
});

/** A server that writes a message once for each id, and can be made to fail. */
function createServer() {
	const written: string[] = [];
	const known = new Set<string>();
	const server = {
		written,
		asked: 0,
		most: 0,
		now: 0,
		/** Results of the next requests to this server; undefined is a normal answer. */
		next: [] as (SendResult | "lost before" | "lost after")[],
		async send(entry: OutboxEntry): Promise<SendResult> {
			server.asked += 1;
			server.now += 1;
			server.most = Math.max(server.most, server.now);
			await new Promise((resolve) => setTimeout(resolve, 2));
			server.now -= 1;
			const fate = server.next.shift();
			if (fate === "lost before") throw new TypeError("Failed to fetch");
			if (typeof fate === "object") return fate;
			if (!known.has(entry.clientMessageId)) written.push(entry.text);
			known.add(entry.clientMessageId);
			if (fate === "lost after") throw new TypeError("Failed to fetch");
			return { type: "sent" };
		},
	};
	return server;
}

type Server = ReturnType<typeof createServer>;

function createBrowser(storage = createStorage()) {
	const locks = createLockManager();
	return (server: Pick<Server, "send">, owner = "ana", hasLocks = true) => {
		let shown: OutboxEntry[] = [];
		const outbox = createOutbox({
			storageKey: `outbox ${owner}`,
			send: (entry) => server.send(entry),
			onChange: (entries) => {
				shown = entries;
			},
			isShown: () => false,
			storage: () => storage,
			locks: hasLocks ? locks : undefined,
			timings: QUICK_TIMINGS,
		});
		open.push(outbox);
		shown = outbox.entries();
		return { ...outbox, shown: () => shown };
	};
}

const until = <Value>(look: () => Value) => vi.waitFor(look, { timeout: 5_000, interval: 2 });

it("sends messages in the order of writing and each once, though requests and answers are lost", async () => {
	const server = createServer();
	server.next = ["lost before", "lost after", "lost before"];
	const tab = createBrowser()(server);
	for (const text of ["one", "two", "three"]) expect(tab.add(text, SESSION)).toBe(true);
	await until(() => expect(tab.shown()).toEqual([]));
	expect(server.written).toEqual(["one", "two", "three"]);
	expect(server.most, "requests at a time").toBe(1);
});

it("finds the messages of a closed tab, and sends them with the same id", async () => {
	const server = createServer();
	const newTab = createBrowser();
	const closed = newTab({
		send: async (entry) => {
			await server.send(entry);
			throw new TypeError("Failed to fetch");
		},
	});
	closed.add("written before the tab was closed", SESSION);
	await until(() => expect(server.asked).toBeGreaterThan(0));
	closed.close();
	const tab = newTab(server);
	expect(tab.shown().map((entry) => entry.text)).toEqual(["written before the tab was closed"]);
	tab.flush();
	await until(() => expect(tab.shown()).toEqual([]));
	expect(server.written).toEqual(["written before the tab was closed"]);
});

it("lets one tab send at a time, whichever tab wrote the message", async () => {
	const server = createServer();
	const newTab = createBrowser();
	const tabs = Array.from({ length: 5 }, () => newTab(server));
	for (let index = 0; index < 20; index += 1) tabs[index % 5]?.add(`message ${index}`, SESSION);
	for (const tab of tabs) tab.flush();
	await until(() => expect(server.written).toHaveLength(20));
	expect(server.asked, "no message was sent by two tabs").toBe(20);
	expect(server.most).toBe(1);
	expect(server.written).toEqual(Array.from({ length: 20 }, (_, index) => `message ${index}`));
});

it("continues where the sending tab is frozen", async () => {
	const server = createServer();
	const newTab = createBrowser();
	newTab({ send: () => new Promise(() => {}) }).add("held by a frozen tab", SESSION);
	const tab = newTab(server);
	tab.flush();
	await until(() => expect(server.written).toEqual(["held by a frozen tab"]));
});

it("also sends in browsers without Web Locks", async () => {
	const server = createServer();
	const tab = createBrowser()(server, "ana", false);
	tab.add("without locks", SESSION);
	await until(() => expect(server.written).toEqual(["without locks"]));
});

it("never sends a message under another identity, and finds it again for its author", async () => {
	const server = createServer();
	const newTab = createBrowser();
	const ana = newTab({ send: async () => ({ type: "again", afterMs: 60_000, reason: null }) }, "ana");
	ana.add("private", SESSION);
	ana.close();
	const ben = newTab(server, "ben");
	ben.add("mine", null);
	ben.flush();
	await until(() => expect(ben.shown()).toEqual([]));
	expect(server.written).toEqual(["mine"]);
	expect(newTab(server, "ana").shown()).toMatchObject([{ text: "private", sessionId: SESSION }]);
});

it("keeps a refused message with the reason, sends later ones, and returns it or tries it again", async () => {
	const server = createServer();
	server.next = [{ type: "refused", reason: "Too long." }];
	const tab = createBrowser()(server);
	tab.add("refused", SESSION);
	tab.add("behind it", SESSION);
	await until(() => expect(server.written).toEqual(["behind it"]));
	expect(tab.shown()).toMatchObject([{ text: "refused", refusal: "Too long." }]);
	const [entry] = tab.shown();
	tab.retry(entry?.clientMessageId ?? "");
	await until(() => expect(server.written).toEqual(["behind it", "refused"]));

	server.next = [{ type: "refused", reason: "Too long." }];
	tab.add("edited", SESSION);
	await until(() => expect(tab.shown()).toMatchObject([{ refusal: "Too long." }]));
	expect(tab.discard(tab.shown()[0]?.clientMessageId ?? "")).toBe("edited");
	expect(tab.shown()).toEqual([]);
});

it("waits as long as a busy server requests, says why, and lets the user retry at once", async () => {
	const server = createServer();
	server.next = [{ type: "again", afterMs: 60_000, reason: "That was a lot at once." }];
	const newTab = createBrowser();
	const tab = newTab(server);
	tab.add("too soon", SESSION);
	await until(() => expect(tab.shown()).toMatchObject([{ waitsFor: "That was a lot at once." }]));
	// Neither a restored network nor another tab shortens the wait that the server requested.
	const other = newTab(server);
	tab.flush();
	other.flush();
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(server.asked).toBe(1);
	tab.retry(tab.shown()[0]?.clientMessageId ?? "");
	await until(() => expect(server.written).toEqual(["too soon"]));
});

it("sends no message automatically that is a day old, and deletes it after a week", async () => {
	const server = createServer();
	const newTab = createBrowser();
	const before = newTab({ send: async () => ({ type: "again", afterMs: null, reason: null }) });
	before.add("yesterday's", SESSION);
	before.close();
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3_600_000 });
	const tab = newTab(server);
	tab.flush();
	expect(tab.shown()).toMatchObject([{ text: "yesterday's", refusal: expect.stringContaining("day") }]);
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(server.asked).toBe(0);
	vi.setSystemTime(Date.now() + 7 * 24 * 3_600_000);
	expect(newTab(server).shown()).toEqual([]);
	vi.setSystemTime(Date.now() - 7 * 24 * 3_600_000);
	expect(newTab(server).shown(), "it is gone for good").toEqual([]);
});

it("accepts at most fifty messages, and works without storage", async () => {
	const away = { send: async (): Promise<SendResult> => ({ type: "again", afterMs: 60_000, reason: null }) };
	const full = createBrowser()(away);
	for (let index = 0; index < 50; index += 1) expect(full.add(`message ${index}`, SESSION)).toBe(true);
	expect(full.add("one too many", SESSION)).toBe(false);
	expect(full.shown()).toHaveLength(50);

	const server = createServer();
	server.next = ["lost before"];
	const throws = () => {
		throw new DOMException("full", "QuotaExceededError");
	};
	const tab = createBrowser(createStorage({ setItem: throws, removeItem: throws }))(server);
	tab.add("kept in the page", SESSION);
	expect(tab.shown()).toMatchObject([{ text: "kept in the page" }]);
	await until(() => expect(server.written).toEqual(["kept in the page"]));
	await until(() => expect(tab.shown()).toEqual([]));
});
