import type { IncomingMessage } from "node:http";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { Site } from "#tests/setup/reading-site.ts";
import type { ChatEvent } from "../../events.ts";
import { type EventLine, openEventLine } from "./event-line.ts";
import { PACE } from "./pace.ts";
import { createRungMemory, type Rung, type RungMemory } from "./rungs.ts";
import type { LineStatus } from "./status.ts";

/** A browser's line against real servers on networks that behave badly, in a fraction of the real time. */
const QUICK = {
	...PACE,
	hello: 600,
	watchdog: 250,
	echo: 100,
	late: 400,
	shortLife: 80,
	request: 800,
	longPoll: 800,
	waited: 60,
	shortPoll: 40,
	guard: 60,
	guardFor: 1_000,
	backoffFirst: 20,
	backoffAway: 100,
	backoffLimit: 400,
	leastPause: 5,
	reconnecting: 60,
	offline: 200,
	reload: 500,
};

// The first request of a process takes its time and would be taken for one that is held back.
beforeAll(async () => {
	const { address } = await openSite();
	await (await fetch(`${address}/sync`)).text();
});

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

function memoryOf(kept: { rung: Rung; until: number } | null = null) {
	let value = kept;
	const memory: RungMemory = {
		read: () => value,
		keep(rung) {
			const until = Date.now() + 200;
			value = rung === "sse" ? null : { rung, until };
			return until;
		},
	};
	return { memory, kept: () => value };
}

async function openSite(set: (site: Site) => void = () => {}) {
	const site = new Site();
	set(site);
	const address = await site.listen();
	closing.push(
		() =>
			new Promise<void>((resolve) => {
				site.server.close(() => resolve());
				site.server.closeAllConnections();
			}),
	);
	return { site, address };
}

/** A page that reads; `seqs` is what it was given, in order and each once, as the reducer applies them. */
function read(address: string, over: Partial<Parameters<typeof openEventLine>[0]> = {}) {
	const seqs: number[] = [];
	const events: ChatEvent[] = [];
	const states: LineStatus[] = [];
	const refused: number[] = [];
	let cursor = "epoch.p0";
	const line: EventLine = openEventLine({
		ways: { events: `${address}/events`, poll: `${address}/poll`, sync: `${address}/sync` },
		place: () => ({ sessionId: "s", cursor }),
		onEvent(id, event) {
			events.push(event);
			if (!("seq" in event.data) || event.data.seq !== seqs.length + 1) return;
			seqs.push(event.data.seq);
			cursor = id ?? cursor;
		},
		onStatus: (status) => void states.push(status),
		onRefused: (status) => void refused.push(status),
		memory: memoryOf().memory,
		pace: QUICK,
		...over,
	});
	closing.push(() => line.close());
	const now = () => states.at(-1) ?? { state: "connecting", transport: "sse" };
	return { line, seqs, events, states, refused, now };
}

const until = <Value>(look: () => Value) => vi.waitFor(look, { timeout: 8_000, interval: 5 });
const upTo = (seq: number) => Array.from({ length: seq }, (_, index) => index + 1);

/** A proxy that passes an answer on once it is whole: a stream never is. */
const holdsStreams = (methods: string[]) => (request: IncomingMessage) =>
	request.url?.startsWith("/events") === true && methods.includes(request.method ?? "");

it("stays with the stream where it gets through", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	for (let index = 0; index < 3; index += 1) page.line.expect(site.say());
	await until(() => expect(page.seqs).toEqual([1, 2, 3]));
	site.beat();
	await new Promise((resolve) => setTimeout(resolve, QUICK.echo * 2));
	expect(page.now()).toEqual({ state: "live", transport: "sse" });
	expect(site.asked).toEqual(["GET /events"]);
});

it("reads the stream by POST where what answers a GET is held back, and fetches nothing twice", async () => {
	const { site, address } = await openSite((made) => {
		made.network = holdsStreams(["GET"]);
	});
	const { memory, kept } = memoryOf();
	const page = read(address, { memory });
	site.say();
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse-post" }));
	site.say();
	await until(() => expect(page.seqs).toEqual([1, 2]));
	expect(kept()?.rung).toBe("sse-post");
});

it("polls where no stream gets through, tries streams again later, and keeps polling meanwhile", async () => {
	const { site, address } = await openSite((made) => {
		made.network = holdsStreams(["GET", "POST"]);
	});
	const page = read(address);
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "long-poll" }));
	const tried = () => site.asked.filter((asked) => asked.endsWith("/events")).length;
	while (tried() < 5) {
		site.say();
		await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
	}
	expect(page.now()).toEqual({ state: "live", transport: "long-poll" });
	// The network is another one now.
	site.network = () => false;
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	site.say();
	await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
}, 20_000);

it("begins with the way that this network was left with", async () => {
	const { site, address } = await openSite();
	const page = read(address, { memory: memoryOf({ rung: "long-poll", until: Date.now() + 60_000 }).memory });
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "long-poll" }));
	site.say();
	await until(() => expect(page.seqs).toEqual([1]));
	expect(site.asked).not.toContain("GET /events");
});

it("asks every few seconds where polls are cut while they wait", async () => {
	const { site, address } = await openSite((made) => {
		made.network = (request, response) => {
			if (holdsStreams(["GET", "POST"])(request)) return true;
			if (!request.url?.startsWith("/poll")) return false;
			setTimeout(() => response.destroy(), QUICK.waited * 2);
			return true;
		};
	});
	const page = read(address);
	await until(() => expect(page.now().transport).toBe("short-poll"));
	site.say();
	await until(() => expect(page.seqs).toEqual([1]));
});

it("leaves a stream that says hello and then holds back what follows, after two messages of one's own", async () => {
	const { site, address } = await openSite((made) => {
		made.passes = (stream, text) => {
			if (text.includes("joined-chat")) stream.write(text);
		};
	});
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	page.line.expect(site.say());
	// The first is fetched as soon as it is missed, and what others write meanwhile too.
	await until(() => expect(page.seqs).toEqual([1]));
	site.say();
	await until(() => expect(page.seqs).toEqual([1, 2]));
	await until(() => expect(page.now().transport).toBe("long-poll"));
});

it("leaves a stream whose heartbeats come in clumps, and not one whose clock is another", async () => {
	const fiveHoursAhead = await openSite((made) => {
		made.clock = 5 * 3_600_000;
	});
	// Nothing is said on it for a while, which is no silence to be noticed here.
	const page = read(fiveHoursAhead.address, { pace: { ...QUICK, watchdog: 10_000 } });
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

it("comes back to a stream that fell silent, and does not blame it for one time", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	const [first] = site.streams;
	// Nothing more arrives on this one, and it is never closed.
	site.passes = (stream, text) => {
		if (stream !== first) stream.write(text);
	};
	site.say();
	await until(() => expect(site.asked.filter((asked) => asked === "GET /events").length).toBe(2));
	await until(() => expect(page.seqs).toEqual([1]));
	expect(page.now().transport).toBe("sse");
});

it("is live with the first request after a gateway has its server back, says it is offline meanwhile, and blames no way", async () => {
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
	expect(site.asked.slice(asked)).toEqual(["GET /events"]);
});

it("does not blame a stream that a gateway held while its server was coming back", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	await until(() => expect(page.now().state).toBe("live"));
	site.network = (_request, response) => {
		response.writeHead(502).end("Bad gateway");
		return true;
	};
	for (const stream of site.streams) stream.response.destroy();
	await until(() => expect(page.now().state).toBe("reconnecting"));
	let held = 0;
	site.network = (request) => request.url?.startsWith("/events") === true && held++ === 0;
	const asked = site.asked.length;
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	expect(site.asked.slice(asked)).toEqual(["GET /events", "GET /sync", "GET /events"]);
});

it("comes again when a busy server asks for it", async () => {
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

it("tries once more when it is refused, then stops and says so", async () => {
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
	page.line.reconnect();
	await until(() => expect(page.refused).toEqual([401]));
	expect(page.now().state).toBe("stopped");
	const asked = site.asked.length;
	await new Promise((resolve) => setTimeout(resolve, QUICK.backoffLimit));
	expect(site.asked.length).toBe(asked);
});

it("takes the page of a captive portal for no stream and no answer", async () => {
	const { site, address } = await openSite();
	site.network = (_request, response) => {
		response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Please sign in to the hotel</h1>");
		return true;
	};
	const page = read(address);
	await until(() => expect(page.now().state).toBe("offline"));
	site.network = () => false;
	site.say();
	await until(() => expect(page.now()).toEqual({ state: "live", transport: "sse" }));
	await until(() => expect(page.seqs).toEqual([1]));
});

it("goes to and fro between networks and gives each event once and in order", async () => {
	const { site, address } = await openSite();
	const page = read(address);
	const networks: Site["network"][] = [
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
		for (let index = 0; index < 5; index += 1) page.line.expect(site.say());
		await new Promise((resolve) => setTimeout(resolve, 60));
	}
	site.network = () => false;
	await until(() => expect(page.seqs).toEqual(upTo(site.seq)));
}, 20_000);

it("remembers a way for ten minutes, and nothing that it does not know", () => {
	const values = new Map<string, string>();
	const storage = {
		getItem: (key: string) => values.get(key) ?? null,
		setItem: (key: string, value: string) => void values.set(key, value),
		removeItem: (key: string) => void values.delete(key),
	} as unknown as Storage;
	const memory = createRungMemory(() => storage);
	expect(memory.read()).toBeNull();
	memory.keep("long-poll");
	expect(memory.read()?.rung).toBe("long-poll");
	vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
	expect(memory.read()).toBeNull();
	vi.useRealTimers();
	storage.setItem("mevi-rung", '{"rung":"pigeon","until":9e15}');
	expect(memory.read()).toBeNull();
	const blocked = createRungMemory(() => {
		throw new Error("storage is switched off");
	});
	expect(blocked.read()).toBeNull();
	expect(() => blocked.keep("sse-post")).not.toThrow();
});
