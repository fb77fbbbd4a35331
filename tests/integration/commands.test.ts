import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyPassword } from "better-auth/crypto";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { readIdentity } from "#app/auth/identity.server.ts";
import { env } from "#app/env.server.ts";
import { getApiKey } from "#app/models/api-key/api-key.server.ts";
import { db } from "#db/client.server.ts";
import { credentials, customers, users } from "#db/schema.ts";
import { type Outcome, runScript } from "#tests/setup/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "mevi-commands-"));
chmodSync(folder, 0o711);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Checks that a failed command prints exactly one sentence: one line that ends with a full stop, and no stack. */
function expectOneSentence(outcome: Outcome, pattern: RegExp): void {
	expect(outcome.stderr).toMatch(pattern);
	expect(outcome.stderr.trimEnd().split("\n")).toHaveLength(1);
	expect(outcome.stderr.trimEnd()).toMatch(/\.$/);
	expect(outcome.code).toBe(1);
}

const start = (variables: Record<string, string>) =>
	runScript("commands/start.ts", [], {
		DATABASE_URL: "",
		DATA_DIR: join(folder, "data"),
		PORT: "0",
		...variables,
	});

/** Environment variables for commands: the database of this test. */
const ours = () => ({ DATABASE_URL: env().DATABASE_URL ?? "", PORT: "0" });

describe("npm start explains an error in one sentence", () => {
	it("when the port is taken", async () => {
		const server = createServer();
		const port = await new Promise<number>((resolve) => {
			server.listen(0, () => resolve((server.address() as { port: number }).port));
		});
		const outcome = await start({ PORT: String(port) });
		server.close();
		expectOneSentence(outcome, new RegExp(`^Port ${port} is taken by another program; .* PORT=`));
	});

	it("when the data directory cannot be written", async () => {
		expectOneSentence(await start({ DATA_DIR: "/dev/null/data" }), /^The data directory .* set DATA_DIR/);
	});

	it("when the database cannot be reached, without its password", async () => {
		const outcome = await start({ DATABASE_URL: "postgres://someone:hidden@127.0.0.1:1/shop" });
		expectOneSentence(outcome, /127\.0\.0\.1:1 cannot be used: nothing answers there; check DATABASE_URL/);
		expect(outcome.stderr).not.toContain("hidden");
	});

	it("when the database refuses the password", async () => {
		const url = new URL(ours().DATABASE_URL);
		url.password = "wrong";
		expectOneSentence(await start({ DATABASE_URL: url.href }), /refuses the password; correct the user/);
	});

	it("when DATABASE_URL comes without APP_SECRET", async () => {
		expectOneSentence(
			await start({ ...ours(), APP_SECRET: "" }),
			/^APP_SECRET is required with DATABASE_URL/,
		);
	});

	it("when a variable is invalid", async () => {
		expectOneSentence(await start({ PORT: "three" }), /PORT/);
	});
});

describe("the small commands", () => {
	it("agent:create and admin:reset-password print a password that works", async () => {
		const email = "mia.lind@example.com";
		const passwordOf = async () => {
			const [row] = await db
				.select({ hash: credentials.password, name: users.name })
				.from(users)
				.innerJoin(credentials, eq(credentials.userId, users.id))
				.where(eq(users.email, email));
			return row;
		};
		const created = await runScript("commands/agent-create.ts", [email], ours());
		expect(created).toMatchObject({ code: 0, stderr: "" });
		const first = created.stdout.trimEnd().split("\n").at(-1) ?? "";
		const before = await passwordOf();
		expect(before?.name).toBe("Mia Lind");
		expect(await verifyPassword({ hash: before?.hash ?? "", password: first })).toBe(true);

		expectOneSentence(await runScript("commands/agent-create.ts", [email], ours()), /already an agent/);

		const reset = await runScript("commands/admin-reset-password.ts", [email], ours());
		const second = reset.stdout.trimEnd().split("\n").at(-1) ?? "";
		const hash = (await passwordOf())?.hash ?? "";
		expect(await verifyPassword({ hash, password: second })).toBe(true);
		expect(await verifyPassword({ hash, password: first })).toBe(false);
	});

	it("api-key:create prints a working key alone on its last line", async () => {
		const { stdout } = await runScript("commands/api-key-create.ts", ["the till"], ours());
		const key = stdout.trimEnd().split("\n").at(-1) ?? "";
		expect(await getApiKey(key)).toMatchObject({ name: "the till" });
	});

	it("customer:token signs the identity of an existing customer only", async () => {
		await db.insert(customers).values({ id: "mo_7", name: "Mo", email: "mo@example.com" });
		const { stdout } = await runScript("commands/customer-token.ts", ["mo_7"], ours());
		expect(await readIdentity(stdout.trim())).toBe("mo_7");
		const nobody = await runScript("commands/customer-token.ts", ["nobody_1"], ours());
		expectOneSentence(nobody, /^There is no customer nobody_1\./);
	});

	it("print their usage when the arguments are wrong", async () => {
		expectOneSentence(
			await runScript("commands/agent-create.ts", [], ours()),
			/npm run agent:create -- EMAIL/,
		);
		expectOneSentence(await runScript("commands/agent-create.ts", ["mia"], ours()), /not an email address/);
	});

	it("start the embedded database when it is not running, and leave no process running", async () => {
		const own = { DATABASE_URL: "", DATA_DIR: join(folder, "embedded"), APP_SECRET: "" };
		const first = await runScript("commands/agent-create.ts", ["mia@example.com"], own);
		expect(first).toMatchObject({ code: 0, stderr: "" });
		expectOneSentence(
			await runScript("commands/agent-create.ts", ["mia@example.com"], own),
			/already an agent/,
		);
	});
});
