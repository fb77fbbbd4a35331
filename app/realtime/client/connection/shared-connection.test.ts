import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createLockManager, createStorage } from "#tests/setup/browser.ts";
import { eventOf } from "#tests/setup/reading-site.ts";
import type { ChatEvent } from "../../events.ts";
import { openSharedConnection } from "./shared-connection.ts";
import type { ConnectionStatus } from "./status.ts";
import { CONNECTION_TIMINGS } from "./timings.ts";

/** Short timings for tests with several tabs of one browser, of which one reads and all receive events. */
const QUICK_TIMINGS = {
	...CONNECTION_TIMINGS,
	backoffFirst: 10,
	backoffAway: 40,
	minPause: 5,
	shortPoll: 30,
	reconnecting: 40,
	offline: 120,
};
/** Shorter timeouts for tests in which the leader becomes silent. */
const IMPATIENT_TIMINGS = { ...QUICK_TIMINGS, leaderSilent: 400, leaderAnswer: 150 };

beforeEach(() => void vi.stubGlobal("navigator", { locks: createLockManager() }));

// One request is made before the tests, because the first request of a process is slow.
beforeAll(async () => {
	const site = await openServer();
	await (await fetch(`${site.address}/sync`)).text();
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of cleanups.splice(0).reverse()) await close();
	vi.unstubAllGlobals();
});

async function openServer() {
	const streams = new Set<ServerResponse>();
	const site = { seq: 0, streams, opened: 0, mayRead: true };
	const sendMessage = (response: ServerResponse, seq: number) => {
		const { id, type, data } = eventOf(seq);
		response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
	};
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
		const from = Number(/\.p(\d+)/.exec(searchParams.get("cursor") ?? "")?.[1] ?? 0);
		if (!site.mayRead) return void response.writeHead(403).end();
		if (pathname === "/sync") {
			const events = Array.from({ length: site.seq - from }, (_, index) => eventOf(from + index + 1));
			response.setHeader("Content-Type", "application/json");
			return void response.end(JSON.stringify({ events, cursor: `epoch.p${site.seq}`, more: false }));
		}
		site.opened += 1;
		response.writeHead(200, { "Content-Type": "text/event-stream" });
		streams.add(response);
		response.on("close", () => streams.delete(response));
		const hello = { sessionId: "s", epoch: "epoch", hb: 15_000, now: Date.now() };
		response.write(`event: joined-chat\ndata: ${JSON.stringify(hello)}\n\n`);
		for (let seq = from + 1; seq <= site.seq; seq += 1) sendMessage(response, seq);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	cleanups.push(() => {
		server.closeAllConnections();
		return new Promise((resolve) => server.close(resolve));
	});
	const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return Object.assign(site, {
		address,
		writeMessage() {
			site.seq += 1;
			for (const stream of streams) sendMessage(stream, site.seq);
			return site.seq;
		},
	});
}

type Site = Awaited<ReturnType<typeof openServer>>;

function openTab(site: Site, { session = "s", pace = QUICK_TIMINGS } = {}) {
	const tab = {
		seqs: [] as number[],
		refused: [] as number[],
		passed: [] as ChatEvent[],
		status: null as ConnectionStatus | null,
		isDeaf: false,
	};
	let cursor = "epoch.p0";
	const connection = openSharedConnection({
		urls: { events: `${site.address}/events`, poll: `${site.address}/poll`, sync: `${site.address}/sync` },
		query: () => ({ sessionId: session, cursor }),
		shareKey: () => `${site.address} ${session}`,
		onEvent(id, event) {
			if (event.type === "ai-delta") tab.passed.push(event);
			if (!("seq" in event.data) || event.data.seq !== tab.seqs.length + 1) return;
			tab.seqs.push(event.data.seq);
			cursor = id ?? cursor;
		},
		ephemeralEvents: () => tab.passed,
		onStatus(status) {
			tab.status = status;
		},
		onRefused: (status) => void tab.refused.push(status),
		memory: { read: () => null, save: () => Date.now() + 60_000 },
		timings: pace,
	});
	const opened = Object.assign(tab, { connection });
	cleanups.push(() => connection.close());
	return opened;
}

const until = <Value>(look: () => Value) => vi.waitFor(look, { timeout: 15_000, interval: 5 });
// On a busy machine many tabs need long to agree on a leader.
vi.setConfig({ testTimeout: 20_000 });
const upTo = (seq: number) => Array.from({ length: seq }, (_, index) => index + 1);

it("reads one stream for ten tabs, and all of them receive every event", async () => {
	const site = await openServer();
	const tabs = Array.from({ length: 10 }, () => openTab(site));
	await until(() => expect(tabs.map((tab) => tab.status?.state)).toEqual(Array(10).fill("live")));
	for (let index = 0; index < 5; index += 1) {
		const seq = site.writeMessage();
		tabs[index * 2]?.connection.expect(seq);
	}
	await until(() => expect(tabs.map((tab) => tab.seqs)).toEqual(Array(10).fill(upTo(5))));
	expect(site.opened).toBe(1);
});

it("sends the live answer to a tab that opens later", async () => {
	const site = await openServer();
	const reading = openTab(site);
	await until(() => expect(reading.status?.state).toBe("live"));
	const answerEvent: ChatEvent = { type: "ai-delta", data: { messageId: "a", offset: 0, text: "So far" } };
	reading.passed.push(answerEvent);
	const late = openTab(site);
	await until(() => expect(late.passed).toEqual([answerEvent]));
});

it("continues in another tab when the leader is closed, and each tab catches up from its own cursor", async () => {
	const site = await openServer();
	const tabs = [openTab(site), openTab(site), openTab(site)];
	await until(() => expect(tabs.every((tab) => tab.status?.state === "live")).toBe(true));
	site.writeMessage();
	await until(() => expect(tabs.map((tab) => tab.seqs.length)).toEqual([1, 1, 1]));
	tabs[0]?.connection.close();
	site.writeMessage();
	site.writeMessage();
	const left = tabs.slice(1);
	await until(() => expect(left.map((tab) => tab.seqs)).toEqual([upTo(3), upTo(3)]));
	expect(site.streams.size).toBe(1);
	expect(site.opened).toBe(2);
});

it("takes the lock from a frozen leader", async () => {
	const site = await openServer();
	const frozen = openTab(site, { pace: IMPATIENT_TIMINGS });
	await until(() => expect(frozen.status?.state).toBe("live"));
	const seen = openTab(site, { pace: IMPATIENT_TIMINGS });
	await until(() => expect(seen.status?.state).toBe("live"));
	// The leader is frozen: its stream delivers nothing, and it does not answer other tabs.
	const postMessage = vi.spyOn(BroadcastChannel.prototype, "postMessage").mockImplementation(() => {});
	for (const stream of [...site.streams]) site.streams.delete(stream);
	site.writeMessage();
	await until(() => expect(seen.seqs).toEqual([1]));
	expect(site.opened).toBe(2);
	postMessage.mockRestore();
	// The former leader continues without the lock, and receives from the new leader the events that it missed.
	await until(() => expect(frozen.seqs).toEqual([1]));
	site.writeMessage();
	await until(() => expect([frozen.seqs, seen.seqs]).toEqual([upTo(2), upTo(2)]));
});

it("does not wait for a frozen leader when a page becomes visible", async () => {
	const site = await openServer();
	const frozen = openTab(site, { pace: IMPATIENT_TIMINGS });
	const seen = openTab(site, { pace: IMPATIENT_TIMINGS });
	await until(() => expect(seen.status?.state).toBe("live"));
	const postMessage = vi.spyOn(BroadcastChannel.prototype, "postMessage").mockImplementation(() => {});
	for (const stream of [...site.streams]) site.streams.delete(stream);
	site.writeMessage();
	seen.connection.reconnect();
	await until(() => expect(seen.seqs).toEqual([1]));
	await until(() => expect(site.opened).toBe(2));
	postMessage.mockRestore();
	expect(frozen.refused).toEqual([]);
});

it("never mixes two sessions", async () => {
	const site = await openServer();
	const one = openTab(site);
	const other = openTab(site, { session: "another" });
	await until(() => expect([one.status?.state, other.status?.state]).toEqual(["live", "live"]));
	expect(site.opened).toBe(2);
	const [ones] = site.streams;
	ones?.write(`id: epoch.p1\nevent: new-message\ndata: ${JSON.stringify(eventOf(1).data)}\n\n`);
	await until(() => expect([...one.seqs, ...other.seqs]).toEqual([1]));
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect([...one.seqs, ...other.seqs]).toEqual([1]);
});

it("informs every tab of a refusal", async () => {
	const site = await openServer();
	const tabs = [openTab(site), openTab(site)];
	await until(() => expect(tabs.every((tab) => tab.status?.state === "live")).toBe(true));
	site.mayRead = false;
	for (const stream of site.streams) stream.destroy();
	await until(() => expect(tabs.map((tab) => tab.refused)).toEqual([[403], [403]]));
	expect(tabs.map((tab) => tab.status?.state)).toEqual(["stopped", "stopped"]);
});

it("shares a connection with leases where the browser has no Web Locks", async () => {
	vi.stubGlobal("navigator", {});
	vi.stubGlobal("localStorage", createStorage());
	const site = await openServer();
	const tabs = Array.from({ length: 5 }, () => openTab(site));
	await until(() => expect(tabs.map((tab) => tab.status?.state)).toEqual(Array(5).fill("live")));
	site.writeMessage();
	await until(() => expect(tabs.map((tab) => tab.seqs)).toEqual(Array(5).fill([1])));
	expect(site.streams.size).toBe(1);
	tabs[0]?.connection.close();
	site.writeMessage();
	await until(() => expect(tabs.slice(1).map((tab) => tab.seqs)).toEqual(Array(4).fill([1, 2])));
	expect(site.streams.size).toBe(1);
});

it("opens at most four streams however many sessions its tabs show, and all of them receive", async () => {
	const site = await openServer();
	const tabs = Array.from({ length: 9 }, (_, index) => openTab(site, { session: `s${index}` }));
	await until(() => expect(tabs.map((tab) => tab.status?.state)).toEqual(Array(9).fill("live")));
	site.writeMessage();
	await until(() => expect(tabs.map((tab) => tab.seqs)).toEqual(Array(9).fill([1])));
	expect(site.streams.size).toBe(4);
	// One of the waiting tabs takes the free stream slot.
	tabs.find((tab) => tab.status?.transport === "sse")?.connection.close();
	await until(() => expect([site.opened, site.streams.size]).toEqual([5, 4]));
});

it("reads for itself where the browser has no Web Locks and no storage", async () => {
	vi.stubGlobal("navigator", {});
	const site = await openServer();
	const tabs = [openTab(site), openTab(site)];
	site.writeMessage();
	await until(() => expect(tabs.map((tab) => tab.seqs)).toEqual([[1], [1]]));
	expect(site.opened).toBe(2);
});
