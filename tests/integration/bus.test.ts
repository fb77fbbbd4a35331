import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { env, setEnv } from "#app/env.server.ts";
import type { Bus, BusKind, Envelope, Ephemeral, WakeUp } from "#app/realtime/bus/bus.ts";
import { chooseBus } from "#app/realtime/bus/choose.server.ts";
import { createInProcessBus } from "#app/realtime/bus/in-process.server.ts";
import { sql } from "#db/client.server.ts";
import { needs } from "#tests/setup/needs.ts";
import { findServer, type OptionalServer, prepareServer } from "#tests/setup/optional-server.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { openEvents, openSession, postMessage, readReadiness } from "#tests/setup/session-client.ts";
import { prepareProxy } from "#tests/setup/tcp-proxy.ts";
import { until } from "#tests/setup/until.ts";

const PASSWORD = "word-nobody-may-read";
const STREAM = "public:00000000-0000-4000-8000-000000000001";
const wakeUp = (seq: number): WakeUp => [STREAM, seq];
const delta = (text: string): Ephemeral => [STREAM, "ai-delta", { messageId: "1", offset: 0, text }];

type Broker = { server: OptionalServer; url: string | undefined };

/**
 * The kinds of bus under test. Each test starts its own broker, because tests kill, freeze and start the broker late.
 */
const BROKERS: { kind: BusKind; program?: string; prepare: (program: string) => Promise<Broker> }[] = [
	{
		kind: "postgres",
		async prepare() {
			const direct = new URL(env().DATABASE_URL ?? "");
			const server = await prepareProxy({ host: direct.hostname, port: Number(direct.port) });
			const past = new URL(direct);
			past.port = String(server.port);
			past.hostname = "127.0.0.1";
			setEnv({ LISTEN_DATABASE_URL: past.href });
			return { server, url: undefined };
		},
	},
	{
		kind: "redis",
		program: "redis-server",
		async prepare(program) {
			const fixed = ["--bind", "127.0.0.1", "--save", "", "--dir", "/tmp", "--requirepass", PASSWORD];
			const args = (port: number) => ["--port", String(port), ...fixed];
			const server = await prepareServer({ program, args });
			return { server, url: `redis://:${PASSWORD}@127.0.0.1:${server.port}` };
		},
	},
	{
		kind: "nats",
		program: "nats-server",
		async prepare(program) {
			const fixed = ["--addr", "127.0.0.1", "--user", "mevi", "--pass", PASSWORD];
			const args = (port: number) => ["--port", String(port), ...fixed];
			const server = await prepareServer({ program, args });
			return { server, url: `nats://mevi:${PASSWORD}@127.0.0.1:${server.port}` };
		},
	},
];

/**
 * An event that arrives within this time was not found by the head check, which runs every 750 ms without a healthy
 * bus (HEAD_CHECK_UNHEALTHY_MS in hub.server.ts).
 */
const SOONER_THAN_POLLING_MS = 700;

type Instance = { bus: Bus; received: Envelope[]; gaps: () => number; texts: () => string[] };

const running: Bus[] = [];
const carriers: Broker[] = [];

afterEach(async () => {
	await Promise.all(running.splice(0).map((bus) => bus.stop()));
	for (const { server } of carriers.splice(0)) {
		server.thaw();
		await server.kill();
	}
	setEnv({ LISTEN_DATABASE_URL: "" });
});

async function join(url: string | undefined): Promise<Instance> {
	const bus = chooseBus(url);
	running.push(bus);
	const received: Envelope[] = [];
	let gaps = 0;
	await bus.start({
		onEnvelope: (envelope) => received.push(envelope),
		onGap: () => {
			gaps += 1;
		},
	});
	const texts = () =>
		received.flatMap(({ ephemerals }) => ephemerals.map(([, , data]) => (data as { text: string }).text));
	return { bus, received, gaps: () => gaps, texts };
}

const allHealthy = (instances: Instance[]) =>
	until(() =>
		expect(instances.map(({ bus }) => [bus.isHealthy(), bus.trouble()])).toEqual(
			instances.map(() => [true, null]),
		),
	);

/**
 * Sends a wake-up repeatedly until the other instance receives it, because right after a reconnect a broker may still
 * lose envelopes.
 */
async function deliversSoon(from: Instance, to: Instance, seq: number) {
	await until(async () => {
		from.bus.send({ wakeUps: [wakeUp(seq)], ephemerals: [] });
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(to.received.flatMap(({ wakeUps: hints }) => hints)).toContainEqual(wakeUp(seq));
	});
}

it("sends nothing in process, where local readers are woken directly", async () => {
	const bus = createInProcessBus();
	const received: Envelope[] = [];
	await bus.start({ onEnvelope: (envelope) => received.push(envelope), onGap: () => {} });
	bus.send({ wakeUps: [wakeUp(1)], ephemerals: [delta("to nobody")] });
	expect([bus.kind, bus.isHealthy(), bus.trouble(), received]).toEqual(["in-process", true, null, []]);
	await bus.stop();
});

for (const { kind, program, prepare } of BROKERS) {
	const found = program === undefined ? "" : findServer(program);
	const needsServer = needs(program ?? "", found !== null);
	describe(`the ${kind} bus`, needsServer, () => {
		async function carrier({ isThere = true } = {}) {
			const prepared = await prepare(found ?? "");
			carriers.push(prepared);
			if (isThere) await prepared.server.start();
			return prepared;
		}

		it("delivers envelopes to the other process once and in order, and not to the sender", async () => {
			const { url } = await carrier();
			const [one, other] = [await join(url), await join(url)];
			await allHealthy([one, other]);
			expect([one.bus.kind, one.gaps(), other.gaps()]).toEqual([kind, 1, 1]);
			const sent = Array.from({ length: 300 }, (_, index) => `word ${index}`);
			for (const text of sent) one.bus.send({ wakeUps: [], ephemerals: [delta(text)] });
			one.bus.send({ wakeUps: [wakeUp(4), wakeUp(7), wakeUp(5)], ephemerals: [] });
			await until(() => expect(other.received.flatMap(({ wakeUps: hints }) => hints)).toEqual([wakeUp(7)]));
			expect(other.texts()).toEqual(sent);
			other.bus.send({ wakeUps: [], ephemerals: [delta("answer")] });
			await until(() => expect(one.texts()).toEqual(["answer"]));
			expect(one.received.flatMap(({ wakeUps: hints }) => hints)).toEqual([]);
			expect(other.texts()).toEqual(sent);
		});

		it("sends long events, and drops one that is too long without its neighbours", async () => {
			const { url } = await carrier();
			const [one, other] = [await join(url), await join(url)];
			await allHealthy([one, other]);
			const long = "é".repeat(3_000);
			const ephemerals = [delta("before"), delta("x".repeat(200_000)), delta(long), delta("after")];
			one.bus.send({ wakeUps: [wakeUp(1)], ephemerals });
			await until(() => expect(other.texts()).toEqual(["before", long, "after"]));
		});

		it("reports that it is unhealthy when its broker has died, and a gap when it is back", async () => {
			const { server, url } = await carrier();
			const [one, other] = [await join(url), await join(url)];
			await allHealthy([one, other]);
			for (let round = 1; round <= 2; round += 1) {
				await server.kill();
				await until(() => expect([one.bus.isHealthy(), other.bus.isHealthy()]).toEqual([false, false]));
				one.bus.send({ wakeUps: [wakeUp(round)], ephemerals: [delta("lost")] });
				expect(one.bus.trouble()).toContain("does not answer");
				expect(one.bus.trouble()).not.toContain(PASSWORD);
				await server.start();
				await allHealthy([one, other]);
				expect([one.gaps(), other.gaps()]).toEqual([round + 1, round + 1]);
				await deliversSoon(one, other, 10 + round);
			}
		}, 120_000);

		it("detects a frozen broker", async () => {
			const { server, url } = await carrier();
			const [one, other] = [await join(url), await join(url)];
			await allHealthy([one, other]);
			server.freeze();
			for (let index = 0; index < 50; index += 1) one.bus.send({ wakeUps: [wakeUp(index)], ephemerals: [] });
			await until(() => expect([one.bus.isHealthy(), other.bus.isHealthy()]).toEqual([false, false]));
			server.thaw();
			await allHealthy([one, other]);
			expect(one.gaps()).toBe(2);
			await deliversSoon(one, other, 100);
		}, 120_000);

		it("starts without its broker and delivers once the broker is there", async () => {
			const { server, url } = await carrier({ isThere: false });
			const one = await join(url);
			one.bus.send({ wakeUps: [wakeUp(1)], ephemerals: [] });
			expect([one.bus.isHealthy(), one.gaps()]).toEqual([false, 0]);
			await server.start();
			const other = await join(url);
			await allHealthy([one, other]);
			expect(one.gaps()).toBe(1);
			await deliversSoon(one, other, 2);
		});

		it.each(["there", "dead", "frozen"])(
			"leaves no socket and no timer when stopped with its server %s",
			async (state) => {
				const { server, url } = await carrier();
				// Handles of the loaded drivers and of the database's connection pool do not belong to this bus, so the count
				// starts after they exist.
				await Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.02)`));
				const before = countResources();
				const one = await join(url);
				await allHealthy([one]);
				if (state === "dead") {
					await server.kill();
					await until(() => expect(one.bus.isHealthy()).toBe(false));
				}
				if (state === "frozen") server.freeze();
				await one.bus.stop();
				expect(one.bus.isHealthy()).toBe(false);
				if (kind === "postgres") await server.kill();
				await until(() => expect(countResources()).toEqual(before));
			},
		);
	});

	if (kind !== "postgres") {
		it(`delivers messages from one process to another over ${kind}, also while its broker is down`, {
			...needsServer,
			timeout: 60_000,
		}, async () => {
			const { server, url } = await prepare(found ?? "");
			carriers.push({ server, url });
			// Both processes start without the broker.
			const settings = { BUS_URL: url ?? "", ASSISTANT: "off", RATE_LIMITS: "off" };
			const servers: TestServer[] = await Promise.all([
				startServerProcess(settings),
				startServerProcess(settings),
			]);
			onTestFinished(async () => void (await Promise.all(servers.map((one) => one.end("SIGKILL")))));
			const [one = "", other = ""] = servers.map((started) => started.url);
			const session = await openSession(one);
			const reader = await openEvents(other, session);
			let sent = 0;
			/** Posts a message and waits until the reader has received it. @returns the time from post to arrival, in ms. */
			const arrives = async () => {
				sent += 1;
				expect((await postMessage(one, session, `message ${sent}`)).status).toBe(201);
				const postedAt = performance.now();
				await until(() => expect(JSON.stringify(reader.frames)).toContain(`"message ${sent}"`));
				return performance.now() - postedAt;
			};
			/**
			 * Posts messages until one arrives fast enough: on a busy machine a single message may be late, but the head
			 * check never delivers a message this soon.
			 */
			const arrivesByBroker = () =>
				until(async () => expect(await arrives()).toBeLessThan(SOONER_THAN_POLLING_MS));
			const are = (bus: string) =>
				until(async () => {
					for (const address of [one, other])
						expect(await readReadiness(address)).toMatchObject({ ready: true, bus, busKind: kind });
				});
			await are("polling");
			await arrives();
			await server.start();
			await are("listening");
			await arrivesByBroker();
			await server.kill();
			await are("polling");
			expect(String((await readReadiness(one)).busTrouble)).toContain("127.0.0.1");
			await arrives();
			await server.start();
			await are("listening");
			await arrivesByBroker();
			for (const { output, process: running } of servers) {
				expect(running.exitCode).toBeNull();
				expect(output()).not.toContain(PASSWORD);
				expect(output().match(/does not answer/g)).toHaveLength(2);
			}
		});
	}
}

function countResources(): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const name of process.getActiveResourcesInfo()) {
		// The test itself waits with timers, so open handles of the buses are counted without timers.
		if (["TCPSocketWrap", "TLSWrap", "TCPConnectWrap", "GetAddrInfoReqWrap"].includes(name))
			counts[name] = (counts[name] ?? 0) + 1;
	}
	return counts;
}
