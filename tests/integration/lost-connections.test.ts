import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { env } from "#app/env.server.ts";
import { sql as direct } from "#db/client.server.ts";
import postgres, { type Sql } from "#db/driver.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import { openEvents, openSession, postMessage, readReadiness } from "#tests/setup/session-client.ts";
import { prepareProxy } from "#tests/setup/tcp-proxy.ts";
import { until } from "#tests/setup/until.ts";

const SHORT_SILENCE_MS = 500;

function connect(url: string, max: number): Sql {
	const client = postgres(url, {
		max,
		fetch_types: false,
		onnotice: () => {},
		backoff: () => 0.05,
		connection: { application_name: "victim" },
		// This option exists only in our changed driver (db/driver/README.md).
		...{ silence_timeout: SHORT_SILENCE_MS / 1000 },
	});
	onTestFinished(() => client.end({ timeout: 0 }));
	return client;
}

/** How a query ended: "hung" when it did not end within the given time. */
async function outcome(work: Promise<unknown>, withinMs = 3_000): Promise<string> {
	let timer: NodeJS.Timeout | undefined;
	const hung = new Promise<string>((resolve) => {
		timer = setTimeout(resolve, withinMs, "hung");
	});
	const settled = work.then(
		() => "served",
		(error: { code?: string }) => error.code ?? String(error),
	);
	return Promise.race([settled, hung]).finally(() => clearTimeout(timer));
}

it("settles every query and keeps its pool and each transaction intact while connections are killed", async () => {
	await direct.unsafe("create table counted (id int primary key, n int not null)");
	await direct.unsafe("insert into counted select id, 0 from generate_series(0, 15) as id");
	const sql = connect(env().DATABASE_URL ?? "", 4);
	const outcomes: string[] = [];
	const isDone = () => outcomes.length > 200 && outcomes.includes("CONNECTION_CLOSED");
	const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
	const transfer = (id: number) =>
		sql.begin(async (tx) => {
			await tx`update counted set n = n + 1 where id = ${id}`;
			await pause(Math.random() * 4);
			await tx`select ${id}::int`;
			await Promise.all([tx`select 1`, tx`update counted set n = n + 1 where id = ${id}`]);
		});
	const work = Array.from({ length: 16 }, async (_, id) => {
		while (!isDone())
			outcomes.push(await outcome(id % 2 ? transfer(id) : sql`select ${id}::int, pg_sleep(0.001)`));
	});
	while (!isDone()) {
		await direct`select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'victim' and state <> 'idle' and datname = current_database()`;
		await pause(15);
	}
	await Promise.all(work);
	expect(outcomes).not.toContain("hung");
	expect(outcomes).toContain("CONNECTION_CLOSED");
	// All four connections work again, and no statement of a lost transaction was executed in another transaction.
	const together = await Promise.all(Array.from({ length: 8 }, () => outcome(sql`select pg_sleep(0.05)`)));
	expect(together).toEqual(together.map(() => "served"));
	const alive = await direct`select pid from pg_stat_activity where application_name = 'victim'`;
	expect(alive).toHaveLength(4);
	expect(await direct`select id from counted where n % 2 = 1`).toHaveLength(0);
}, 120_000);

it("ends a transaction with its connection: no statement of it runs later, and the pool keeps its connection", async () => {
	await direct.unsafe("create table written (what text)");
	const sql = connect(env().DATABASE_URL ?? "", 1);
	const outcomes: string[] = [];
	for (const isBack of [false, true]) {
		let goOn = () => {};
		const whenLost = new Promise<void>((resolve) => {
			goOn = resolve;
		});
		let late: Promise<string> | undefined;
		const transaction = sql.begin(async (tx) => {
			const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
			await tx`insert into written values ('in the transaction')`;
			await direct`select pg_terminate_backend(${row?.pid ?? 0})`;
			await whenLost;
			late = outcome(tx`insert into written values (${`late ${isBack}`})`);
			await late;
			throw new Error("to be rolled back");
		});
		outcomes.push(await outcome(transaction));
		// The pool's only connection is not open again yet, or another caller uses it.
		if (isBack) outcomes.push(await outcome(sql`select 1`));
		goOn();
		await until(() => expect(late).toBeDefined());
		outcomes.push((await late) ?? "", await outcome(sql`select 1`));
	}
	const lost = "CONNECTION_CLOSED";
	expect(outcomes).toEqual([lost, lost, "served", lost, "served", lost, "served"]);
	expect(await direct`select what from written`).toEqual([]);
}, 120_000);

it("fails for a server that accepts and closes, and for one that becomes silent", async () => {
	const closing = createServer((socket) => socket.destroy());
	await new Promise<void>((resolve) => closing.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void closing.close());
	const address = closing.address();
	const port = typeof address === "object" ? address?.port : 0;
	expect(await outcome(connect(`postgres://x@127.0.0.1:${port}/x`, 1)`select 1`)).toMatch(/CLOSED|RESET/);

	const url = new URL(env().DATABASE_URL ?? "");
	const proxy = await prepareProxy({ host: url.hostname, port: Number(url.port) });
	await proxy.start();
	onTestFinished(() => proxy.kill());
	url.hostname = "127.0.0.1";
	url.port = String(proxy.port);
	const sql = connect(url.href, 2);
	expect(await outcome(sql`select 1`)).toBe("served");
	proxy.freeze();
	expect(await outcome(sql.begin((tx) => tx`select 1`))).toBe("CONNECTION_SILENT");
	proxy.thaw();
	const after = await Promise.all(Array.from({ length: 4 }, () => outcome(sql`select 1`)));
	expect(after).toEqual(after.map(() => "served"));
	// A connection without a running query has no timeout.
	await new Promise((resolve) => setTimeout(resolve, SHORT_SILENCE_MS * 2));
	expect(await outcome(sql`select 1`)).toBe("served");
}, 120_000);

it.each([
	["frozen for a while", "freeze", 6_000],
	["down for a while", "kill", 4_000],
] as const)(
	"serves every client again after a database that was %s",
	async (_name, fault, forMs) => {
		const url = new URL(env().DATABASE_URL ?? "");
		const proxy = await prepareProxy({ host: url.hostname, port: Number(url.port) });
		await proxy.start();
		onTestFinished(() => proxy.kill());
		url.hostname = "127.0.0.1";
		url.port = String(proxy.port);
		const server = await startServerProcess({ DATABASE_URL: url.href, ASSISTANT: "off", RATE_LIMITS: "off" });
		onTestFinished(async () => void (await server.end("SIGKILL")));
		const sessions = await Promise.all(Array.from({ length: 12 }, () => openSession(server.url)));
		const readers = await Promise.all(sessions.map((session) => openEvents(server.url, session)));
		await Promise.all(sessions.map((session) => postMessage(server.url, session, "before")));
		for (const reader of readers) await until(() => expect(reader.messages()).toContain("before"));
		const posts = () =>
			sessions.map((session, index) =>
				postMessage(server.url, session, "asked in the dark", `dark-${index}`).catch(() => null),
			);
		const meanwhile = posts();
		await proxy[fault]();
		meanwhile.push(...posts());
		await new Promise((resolve) => setTimeout(resolve, forMs));
		if (fault === "freeze") proxy.thaw();
		else await proxy.start();
		const after = sessions.map((session) =>
			until(async () => expect((await postMessage(server.url, session, "and after", "after")).ok).toBe(true)),
		);
		await Promise.all([...after, ...meanwhile]);
		for (const reader of readers)
			await until(() => expect(JSON.stringify(reader.frames)).toContain("and after"));
		await until(async () =>
			expect(await readReadiness(server.url)).toMatchObject({ ready: true, bus: "listening" }),
		);
	},
	120_000,
);
