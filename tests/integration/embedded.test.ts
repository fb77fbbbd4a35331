import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import postgres from "#db/driver.ts";
import {
	AlreadyRunningError,
	type EmbeddedDatabase,
	openEmbeddedDatabase,
} from "#embedded-postgres/index.ts";
import { readKeeperRecord } from "#embedded-postgres/keeper-protocol.ts";
import { isRunning } from "#embedded-postgres/processes.ts";
import { needs } from "#tests/setup/needs.ts";
import { lineFrom, startScript } from "#tests/setup/processes.ts";
import { until } from "#tests/setup/until.ts";

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const open: EmbeddedDatabase[] = [];

afterEach(async () => {
	for (const database of open.splice(0)) await database.close();
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/**
 * The path of a data directory that does not exist yet; with `isClosed` it is inside a folder that only the folder's
 * owner may enter.
 */
function freshDirectory(isClosed = false): string {
	const folder = mkdtempSync(join(tmpdir(), "mevi-embedded-"));
	folders.push(folder);
	chmodSync(folder, isClosed ? 0o700 : 0o711);
	return join(folder, "data");
}

async function acquire(dataDir: string, role: "start" | "guest" = "start"): Promise<EmbeddedDatabase> {
	const database = await openEmbeddedDatabase({ dataDir, role });
	open.push(database);
	return database;
}

async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
	const sql = postgres(url, { max: 1, onnotice: () => {} });
	try {
		return await sql.unsafe(statement);
	} finally {
		await sql.end();
	}
}

const keeperOf = (dataDir: string) => {
	const record = readKeeperRecord(dataDir);
	if (!record) throw new Error("There is no keeper.");
	return record;
};

describe("the embedded database", () => {
	it("listens on the loopback interface, requires its password, and keeps it secret", async () => {
		const dataDir = freshDirectory();
		const { url, home } = await acquire(dataDir);
		const [row] = await query(url, "show listen_addresses");
		expect(row).toEqual({ listen_addresses: "127.0.0.1" });
		await expect(query(url.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toMatchObject({
			code: "28P01",
		});
		for (const file of [join(home, "database-password"), join(dataDir, "keeper.json")]) {
			expect(statSync(file).mode & 0o077, file).toBe(0);
		}
	});

	it("is shared, and stops with its last user", async () => {
		const dataDir = freshDirectory();
		const first = await acquire(dataDir, "start");
		const second = await acquire(dataDir, "guest");
		expect(second.url).toBe(first.url);
		const keeper = keeperOf(dataDir);
		await first.close();
		expect(await query(second.url, "select 1 as one")).toHaveLength(1);
		await second.close();
		expect(existsSync(join(dataDir, "postgres/postmaster.pid"))).toBe(false);
		await until(() => expect(isRunning(keeper)).toBe(false));
	});

	it("reports the first process to a second start", async () => {
		const dataDir = freshDirectory();
		const first = await acquire(dataDir);
		first.announce("http://localhost:3000/");
		await until(() =>
			expect(openEmbeddedDatabase({ dataDir, role: "start" })).rejects.toThrow(
				`process ${process.pid}, http://localhost:3000/`,
			),
		);
		await expect(openEmbeddedDatabase({ dataDir, role: "start" })).rejects.toBeInstanceOf(
			AlreadyRunningError,
		);
	});

	it("gives two processes that start together one database", async () => {
		const dataDir = freshDirectory();
		const [one, two] = await Promise.all([acquire(dataDir, "guest"), acquire(dataDir, "guest")]);
		expect(one.url).toBe(two.url);
	});

	it("stops soon after its owner was killed, and starts again with its data", async () => {
		const dataDir = freshDirectory();
		const owner = startScript("tests/setup/hold-database.ts", [dataDir]);
		const url = await lineFrom(owner, /^postgres:/);
		await query(url, "create table kept as select 42 as number");
		const keeper = keeperOf(dataDir);
		owner.kill("SIGKILL");
		await until(() => expect(isRunning(keeper)).toBe(false));
		const again = await acquire(dataDir);
		expect(await query(again.url, "select number from kept")).toEqual([{ number: 42 }]);
	});

	it("starts again when its owner and its keeper were killed, but not Postgres", async () => {
		const dataDir = freshDirectory();
		const owner = startScript("tests/setup/hold-database.ts", [dataDir]);
		const url = await lineFrom(owner, /^postgres:/);
		await query(url, "create table kept as select 42 as number");
		process.kill(keeperOf(dataDir).pid, "SIGKILL");
		owner.kill("SIGKILL");
		const again = await acquire(dataDir);
		expect(again.url).not.toBe(url);
		expect(await query(again.url, "select number from kept")).toEqual([{ number: 42 }]);
	});

	it("is not misled by reused process ids", async () => {
		const dataDir = freshDirectory();
		const first = await acquire(dataDir);
		const record = join(dataDir, "keeper.json");
		const wrong = { ...JSON.parse(readFileSync(record, "utf8")), pid: process.pid, stamp: "000000000000" };
		await first.close();
		writeFileSync(record, JSON.stringify(wrong));
		writeFileSync(join(dataDir, "keeper", `${process.pid}.000000000000`), "");
		const lines = [process.pid, join(dataDir, "postgres"), 0, 1, "", "", "", "ready"];
		writeFileSync(join(dataDir, "postgres/postmaster.pid"), lines.join("\n"));
		const again = await acquire(dataDir);
		expect(await query(again.url, "select 1 as one")).toHaveLength(1);
	});

	it("recovers from a first start that was interrupted", async () => {
		const dataDir = freshDirectory();
		const owner = startScript("tests/setup/hold-database.ts", [dataDir]);
		// The test checks the folder's name often, because the folder has this name only for a moment.
		await vi.waitFor(
			() => expect(readdirSync(dataDir).some((name) => name.startsWith("creating-"))).toBe(true),
			{ timeout: 30_000, interval: 5 },
		);
		const [keeper = ""] = readdirSync(join(dataDir, "keeper"));
		process.kill(Number(keeper.split(".")[0]), "SIGKILL");
		owner.kill("SIGKILL");
		const again = await acquire(dataDir);
		expect(await query(again.url, "select 1 as one")).toHaveLength(1);
	});

	it("uses another folder when its user cannot reach the data directory", needs("root", isRoot), async () => {
		const dataDir = freshDirectory(true);
		const first = await acquire(dataDir);
		expect(first.isElsewhere).toBe(true);
		expect(readFileSync(join(dataDir, "postgres-is-at"), "utf8")).toBe(first.home);
		await query(first.url, "create table kept as select 42 as number");
		await first.close();
		const again = await acquire(dataDir);
		expect(again.home).toBe(first.home);
		expect(await query(again.url, "select number from kept")).toEqual([{ number: 42 }]);
		await again.close();
		rmSync(first.home, { recursive: true });
	});
});
