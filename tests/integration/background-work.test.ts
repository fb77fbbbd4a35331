import { createServer } from "node:net";
import { drizzle } from "drizzle-orm/postgres-js";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { logBackgroundFailure, startPeriodicWork } from "#app/background-work.server.ts";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { isConnectionError } from "#db/connection-error.ts";
import postgres from "#db/driver.ts";
import { until } from "#tests/setup/until.ts";

const failureOf = (work: PromiseLike<unknown>): Promise<unknown> =>
	Promise.resolve(work).then(
		() => null,
		(error: unknown) => error,
	);

function connect(url = env().DATABASE_URL ?? ""): postgres.Sql {
	const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 2 });
	onTestFinished(() => sql.end({ timeout: 0 }));
	return sql;
}

describe("a connection error", () => {
	it("is what the driver reports when a server refuses, and when it closes the connection", async () => {
		const refusing = createServer().listen(0, "127.0.0.1");
		await until(() => expect(refusing.address()).not.toBeNull());
		const { port } = refusing.address() as { port: number };
		await new Promise((resolve) => refusing.close(resolve));
		const nobody = `postgres://nobody@127.0.0.1:${port}/none`;
		expect(isConnectionError(await failureOf(connect(nobody)`select 1`))).toBe(true);
		expect(isConnectionError(await failureOf(drizzle(connect(nobody)).execute("select 1")))).toBe(true);

		const victim = connect();
		const [row] = await victim`select pg_backend_pid() as pid`;
		const sleeping = failureOf(victim`select pg_sleep(60)`);
		const killer = connect();
		await until(async () => {
			await killer`select pg_terminate_backend(${row?.pid}::int)`;
			const [left] = await killer`select count(*)::int as n from pg_stat_activity where pid = ${row?.pid}`;
			expect(left?.n).toBe(0);
		});
		expect(isConnectionError(await sleeping)).toBe(true);
	});

	it("is neither a failed statement nor a programming error", async () => {
		const sql = connect();
		expect(isConnectionError(await failureOf(sql`select 1 / 0`))).toBe(false);
		expect(isConnectionError(await failureOf(sql`select * from no_such_table`))).toBe(false);
		expect(isConnectionError(await failureOf(drizzle(sql).execute("select from where")))).toBe(false);
		expect(isConnectionError(new TypeError("x is not a function"))).toBe(false);
		expect(isConnectionError(null)).toBe(false);
	});
});

describe("periodic work", () => {
	afterEach(() => void vi.restoreAllMocks());

	it("continues after an error that is not a connection error, and logs it once", async () => {
		const logged = vi.spyOn(log, "error");
		let rounds = 0;
		const stop = startPeriodicWork({
			name: "work with a fault",
			everyMs: 1,
			work: async () => {
				rounds += 1;
				throw new TypeError("nothing is not a function");
			},
		});
		onTestFinished(stop);
		await until(() => expect(rounds).toBeGreaterThan(3));
		expect(logged.mock.calls).toEqual([
			[{ err: expect.any(TypeError), work: "work with a fault" }, "background work failed; it is repeated"],
		]);
	});

	it("logs nothing while the database is unavailable", () => {
		const logged = vi.spyOn(log, "error");
		logBackgroundFailure("work", Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" }));
		logBackgroundFailure(
			"work",
			new Error("failed", { cause: Object.assign(new Error(), { code: "57P01" }) }),
		);
		expect(logged).not.toHaveBeenCalled();
	});

	it("begins a round after the end of the previous one, and none after it is stopped", async () => {
		let running = 0;
		let most = 0;
		let rounds = 0;
		const stop = startPeriodicWork({
			name: "slow work",
			everyMs: 1,
			firstMs: 0,
			work: async () => {
				running += 1;
				most = Math.max(most, running);
				await new Promise((resolve) => setTimeout(resolve, 5));
				running -= 1;
				rounds += 1;
			},
		});
		await until(() => expect(rounds).toBeGreaterThan(2));
		stop();
		const before = rounds + running;
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(rounds).toBeLessThanOrEqual(before);
		expect(most).toBe(1);
	});
});
