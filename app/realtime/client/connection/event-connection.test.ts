import type { IncomingMessage } from "node:http";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { SimulatedSite } from "#tests/setup/reading-site.ts";
import type { ChatEvent } from "../../events.ts";
import { type EventConnection, openEventConnection } from "./event-connection.ts";
import type { ConnectionStatus } from "./status.ts";
import { CONNECTION_TIMINGS } from "./timings.ts";
import { createTransportMemory, type Transport, type TransportMemory } from "./transports.ts";

/**
 * Timings of a browser's connection for tests against real servers on simulated faulty networks: a fraction of the
 * real times.
 */
const QUICK_TIMINGS = {
	...CONNECTION_TIMINGS,
	hello: 600,
	watchdog: 250,
	echo: 100,
	late: 400,
	shortLife: 80,
	request: 800,
	longPoll: 800,
	waited: 60,
	shortPoll: 40,
	suspectedPoll: 60,
	suspectedPollFor: 1_000,
	backoffFirst: 20,
	backoffAway: 100,
	backoffMax: 400,
	minPause: 5,
	reconnecting: 60,
	offline: 200,
	reload: 500,
};

// One request is made before the tests, because the first request of a process is slow and would seem to be held back
// by the network.
beforeAll(async () => {
	const { address } = await openSite();
	await (await fetch(`${address}/sync`)).text();
});

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of cleanups.splice(0).reverse()) await close();
});

function memoryOf(kept: { transport: Transport; until: number } | null = null) {
	let value = kept;
	const memory: TransportMemory = {
		read: () => value,
		save(transport) {
			const until = Date.now() + 200;
			value = transport === "sse" ? null : { transport, until };
			return until;
		},
	};
	return { memory, kept: () => value };
}

async function openSite(set: (site: SimulatedSite) => void = () => {}) {
	const site = new SimulatedSite();
	set(site);
	const address = await site.listen();
	cleanups.push(
		() =>
			new Promise<void>((resolve) => {
				site.server.close(() => resolve());
				site.server.closeAllConnections();
			}),
	);
	return { site, address };
}

/** Starts a page that reads events; `seqs` are the sequences that the page applied, in order and each once. */
function read(address: string, over: Partial<Parameters<typeof openEventConnection>[0]> = {}) {
	const seqs: number[] = [];
	const events: ChatEvent[] = [];
	const states: ConnectionStatus[] = [];
	const refused: number[] = [];
	let cursor = "epoch.p0";
	const connection: EventConnection = openEventConnection({
		urls: { events: `${address}/events`, poll: `${address}/poll`, sync: `${address}/sync` },
		query: () => ({ sessionId: "s", cursor }),
		onEvent(id, event) {
			events.push(event);
			if (!("seq" in event.data) || event.data.seq !== seqs.length + 1) return;
			seqs.push(event.data.seq);
			cursor = id ?? cursor;
		},
		onStatus: (status) => void states.push(status),
		onRefused: (status) => void refused.push(status),
		memory: memoryOf().memory,
		timings: QUICK_TIMINGS,
		...over,
	});
	cleanups.push(() => connection.close());
	const now = () => states.at(-1) ?? { state: "connecting", transport: "sse" };
	return { connection, seqs, events, states, refused, now };
}

const until = <Value>(look: () => Value) => vi.waitFor(look, { timeout: 8_000, interval: 5 });
const upTo = (seq: number) => Array.from({ length: seq }, (_, index) => index + 1);

/**
 * The behaviour of a proxy that passes an answer on only when the answer is complete, which an event stream never is.
 */
const holdsStreams = (methods: string[]) => (request: IncomingMessage) =>
	request.url?.startsWith("/events") === true && methods.includes(request.method ?? "");

it("keeps the stream where the network passes it on", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	for (let index = 0; index < 3; index += 1) page.connection.expect(site.writeMessage());
	await until(() => expect(page.seqs).toEqual([1, 2, 3]));
	site.beat();
	await new Promise((resolve) => setTimeout(resolve, QUICK_TIMINGS.echo * 2));
	expect(page.now()).toEqual({ state: "live", transport: "sse" });
	expect(site.asked).toEqual(["GET /events"]);
});

it("reads the stream by POST where answers to GET are held back, and fetches nothing twice", async () => {
	const { site, address } = await openSite((made) => {
		made.network = holdsStreams(["GET"]);
	});
	const { memory, kept } = memoryOf();
	const page = read(address, { memory });
	site.writeMessage();
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse-post" }));
	site.writeMessage();
	await until(() => expect(page.seqs).toEqual([1, 2]));
	expect(kept()?.transport).toBe("sse-post");
});

it("polls where no stream is passed on, tries streams again later, and keeps polling meanwhile", async () => {
	const { site, address } = await openSite((made) => {
		made.network = holdsStreams(["GET", "POST"]);
	});
	const page = read(address);
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "long-poll" }));
	const tried = () => site.asked.filter((asked) => asked.endsWith("/events")).length;
	while (tried() < 5) {
		site.writeMessage();
		await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
	}
	expect(page.now()).toEqual({ state: "live", transport: "long-poll" });
	// From here on the network passes streams on.
	site.network = () => false;
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	site.writeMessage();
	await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
}, 20_000);

it("starts with the remembered transport of this network", async () => {
	const { site, address } = await openSite();
	const page = read(address, {
		memory: memoryOf({ transport: "long-poll", until: Date.now() + 60_000 }).memory,
	});
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "long-poll" }));
	site.writeMessage();
	await until(() => expect(page.seqs).toEqual([1]));
	expect(site.asked).not.toContain("GET /events");
});

it("uses short polling where waiting polls are cut", async () => {
	const { site, address } = await openSite((made) => {
		made.network = (request, response) => {
			if (holdsStreams(["GET", "POST"])(request)) return true;
			if (!request.url?.startsWith("/poll")) return false;
			setTimeout(() => response.destroy(), QUICK_TIMINGS.waited * 2);
			return true;
		};
	});
	const page = read(address);
	await until(() => expect(page.now().transport).toBe("short-poll"));
	site.writeMessage();
	await until(() => expect(page.seqs).toEqual([1]));
});

it("leaves a stream that delivers its first event and holds back later ones, after two own messages", async () => {
	const { site, address } = await openSite((made) => {
		made.passes = (stream, text) => {
			if (text.includes("joined-chat")) stream.write(text);
		};
	});
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	page.connection.expect(site.writeMessage());
	// The first held-back message is fetched as soon as it is missed, and so are the messages of other people.
	await until(() => expect(page.seqs).toEqual([1]));
	site.writeMessage();
	await until(() => expect(page.seqs).toEqual([1, 2]));
	await until(() => expect(page.now().transport).toBe("long-poll"));
});

it("leaves a stream whose heartbeats arrive several at once, and keeps one whose clock differs", async () => {
	const fiveHoursAhead = await openSite((made) => {
		made.clock = 5 * 3_600_000;
	});
	// The timings are changed, because the stream is idle for a while, which must not count as silence in this test.
	const page = read(fiveHoursAhead.address, { timings: { ...QUICK_TIMINGS, watchdog: 10_000 } });
	await until(() => expect(page.now().state).toBe("live"));
	for (let index = 0; index < 3; index += 1) fiveHoursAhead.site.beat();
	const clumped = await openSite();
	const other = read(clumped.address);
	await until(() => expect(other.now().state).toBe("live"));
	const sentAt = Date.now();
	for (const ago of [2_000, 1_000, 0]) clumped.site.beat(sentAt - ago);
	await until(() => expect(other.now().transport).toBe("long-poll"));
	expect(page.now().transport).toBe("sse");
	expect(fiveHoursAhead.site.asked).toEqual(["GET /events"]);
});

it("reconnects a stream that became silent, and keeps the transport after one failure", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	const [first] = site.streams;
	// From here on this stream delivers no bytes and is never closed.
	site.passes = (stream, text) => {
		if (stream !== first) stream.write(text);
	};
	site.writeMessage();
	await until(() => expect(site.asked.filter((asked) => asked === "GET /events").length).toBe(2));
	await until(() => expect(page.seqs).toEqual([1]));
	expect(page.now().transport).toBe("sse");
});

it("is live with the first request after a gateway's outage, shows offline meanwhile, and keeps the transport", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	site.network = (_request, response) => {
		response.writeHead(Math.random() < 0.5 ? 502 : 503).end("Bad gateway");
		return true;
	};
	for (const stream of site.streams) stream.response.destroy();
	site.seq += 1;
	await until(() => expect(page.now().state).toBe("reconnecting"));
	await until(() => expect(page.now().state).toBe("offline"));
	await until(() => expect(page.now().transport).toBe("reload"));
	const asked = site.asked.length;
	site.network = () => false;
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	await until(() => expect(page.seqs).toEqual([1]));
	// A plain request that asks whether the server is back may be in progress as well.
	const streamRequests = site.asked.slice(asked).filter((request) => request.endsWith("/events"));
	expect(streamRequests).toEqual(["GET /events"]);
});

it("keeps the transport of a stream that a gateway held during its server's start", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	let isRecovering = false;
	let asked = 0;
	let held = 0;
	site.network = (request, response) => {
		response.writeHead(502).end("Bad gateway");
		// The server recovers only after a failed plain request, so that no other request is in progress at that moment.
		if (isRecovering && request.url?.startsWith("/sync")) {
			site.network = ({ url }) => url?.startsWith("/events") === true && held++ === 0;
			asked = site.asked.length;
		}
		return true;
	};
	for (const stream of site.streams) stream.response.destroy();
	await until(() => expect(page.now().state).toBe("reconnecting"));
	isRecovering = true;
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	expect(site.asked.slice(asked)).toEqual(["GET /events", "GET /sync", "GET /events"]);
});

it("reconnects when a busy server requests it", async () => {
	const { site, address } = await openSite();
	let refusedAt = 0;
	site.network = (_request, response) => {
		if (refusedAt) return false;
		refusedAt = Date.now();
		response.writeHead(429, { "Retry-After": "1" }).end();
		return true;
	};
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	expect(Date.now() - refusedAt).toBeGreaterThanOrEqual(990);
	expect(site.asked).toEqual(["GET /events", "GET /events"]);
});

it("tries once more after a refusal, then stops and reports it", async () => {
	const { site, address } = await openSite();
	let isRefusing = 1;
	site.network = (_request, response) => {
		if (isRefusing <= 0) return false;
		isRefusing -= 1;
		response.writeHead(401).end();
		return true;
	};
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	isRefusing = 9;
	page.connection.reconnect();
	await until(() => expect(page.refused).toEqual([401]));
	expect(page.now().state).toBe("stopped");
	const asked = site.asked.length;
	await new Promise((resolve) => setTimeout(resolve, QUICK_TIMINGS.backoffMax));
	expect(site.asked.length).toBe(asked);
});

it("does not accept a captive portal's page as a stream or an answer", async () => {
	const { site, address } = await openSite();
	site.network = (_request, response) => {
		response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Please sign in to the hotel</h1>");
		return true;
	};
	const page = read(address);
	await until(() => expect(page.now().state).toBe("offline"));
	site.network = () => false;
	site.writeMessage();
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	await until(() => expect(page.seqs).toEqual([1]));
});

it("changes between networks and delivers each event once and in order", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	const networks: SimulatedSite["network"][] = [
		() => false,
		holdsStreams(["GET"]),
		holdsStreams(["GET", "POST"]),
		(_request, response) => {
			response.destroy();
			return true;
		},
	];
	for (let round = 0; round < 12; round += 1) {
		site.network = networks[round % networks.length] ?? (() => false);
		if (round % 3 === 0) for (const stream of site.streams) stream.response.destroy();
		for (let index = 0; index < 5; index += 1) page.connection.expect(site.writeMessage());
		await new Promise((resolve) => setTimeout(resolve, 60));
	}
	site.network = () => false;
	await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
}, 20_000);

it("remembers a transport for ten minutes, and ignores unknown entries", () => {
	const values = new Map<string, string>();
	const storage = {
		getItem: (key: string) => values.get(key) ?? null,
		setItem: (key: string, value: string) => void values.set(key, value),
		removeItem: (key: string) => void values.delete(key),
	} as unknown as Storage;
	const memory = createTransportMemory(() => storage);
	expect(memory.read()).toBeNull();
	memory.save("long-poll");
	expect(memory.read()?.transport).toBe("long-poll");
	vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
	expect(memory.read()).toBeNull();
	vi.useRealTimers();
	storage.setItem("mevi-rung", '{"rung":"pigeon","until":9e15}');
	expect(memory.read()).toBeNull();
	const blocked = createTransportMemory(() => {
		throw new Error("storage is switched off");
	});
	expect(blocked.read()).toBeNull();
	expect(() => blocked.save("sse-post")).not.toThrow();
});
