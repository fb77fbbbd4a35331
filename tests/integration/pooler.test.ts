import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { env } from "#app/env.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { needs } from "#tests/setup/needs.ts";
import { findServer, prepareServer } from "#tests/setup/optional-server.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import { openEvents, openSession, postMessage, readReadiness } from "#tests/setup/session-client.ts";
import { until } from "#tests/setup/until.ts";

const PASSWORD = "pooled-pass";
const NOBODY_UID = 65_534;
const program = findServer("pgbouncer");

describe("behind a pooler in transaction mode", needs("pgbouncer", program !== null), () => {
	/** Starts PgBouncer in front of this file's database. @returns the database's URL through it. */
	async function startPooler(): Promise<string> {
		const direct = new URL(env().DATABASE_URL ?? "");
		const folder = mkdtempSync(join(tmpdir(), "mevi-pooler-"));
		const settings = join(folder, "pgbouncer.ini");
		// PgBouncer refuses to run as root.
		const isRoot = process.getuid?.() === 0;
		const server = await prepareServer({
			program: program ?? "",
			args: () => ["--quiet", settings],
			...(isRoot ? { uid: NOBODY_UID } : {}),
		});
		const target = `host=${direct.hostname} port=${direct.port} user=${direct.username} password=${direct.password}`;
		const lines = [
			"[databases]",
			`* = ${target}`,
			"[pgbouncer]",
			"listen_addr = 127.0.0.1",
			`listen_port = ${server.port}`,
			"unix_socket_dir =",
			"auth_type = any",
			"pool_mode = transaction",
			// PgBouncer gets few connections to Postgres, so that nearly every transaction of a client uses another
			// backend.
			"default_pool_size = 6",
			`logfile = ${join(folder, "log")}`,
		];
		writeFileSync(settings, `${lines.join("\n")}\n`);
		if (isRoot) for (const path of [folder, settings]) chownSync(path, NOBODY_UID, NOBODY_UID);
		chmodSync(folder, 0o700);
		onTestFinished(async () => {
			await server.kill();
			rmSync(folder, { recursive: true, force: true });
		});
		await server.start();
		const pooled = new URL(direct);
		pooled.hostname = "127.0.0.1";
		pooled.port = String(server.port);
		pooled.password = PASSWORD;
		return pooled.href;
	}

	async function startProcess(settings: Record<string, string>) {
		const server = await startServerProcess({ RATE_LIMITS: "on", ...settings });
		onTestFinished(async () => void (await server.end("SIGKILL")));
		return server;
	}

	it("works, logs once that LISTEN is dropped and the remedy, and receives again over LISTEN_DATABASE_URL", async () => {
		const pooled = await startPooler();
		const [one, other] = await Promise.all([
			startProcess({ DATABASE_URL: pooled }),
			startProcess({ DATABASE_URL: pooled }),
		]);
		await until(async () => {
			const readiness = await readReadiness(one.url);
			expect(readiness).toMatchObject({ ready: true, bus: "polling", busKind: "postgres" });
			expect(readiness.busTrouble).toContain("Set LISTEN_DATABASE_URL to a direct connection");
		});
		await until(() => expect(one.output().match(/Set LISTEN_DATABASE_URL/g)).toHaveLength(1));

		// Many customers and the assistant write at the same time, more than the pool has connections, so that
		// transactions change backends all the time.
		const sessions = await Promise.all(Array.from({ length: 14 }, () => openSession(one.url)));
		const readers = await Promise.all(sessions.map((session) => openEvents(other.url, session)));
		for (const question of ["Where is my order?", "How do I return something?"]) {
			const answers = await Promise.all(sessions.map((session) => postMessage(one.url, session, question)));
			expect(answers.map((answer) => answer.status)).toEqual(sessions.map(() => 201));
		}
		for (const reader of readers) {
			await until(() => {
				const messages = reader.frames.filter((frame) => frame.type === "new-message");
				const senders = messages.map((frame) => (frame.data.message as { senderType: string }).senderType);
				expect(senders.filter((sender) => sender === "user")).toHaveLength(2);
				expect(senders).toContain("bot");
			});
		}

		// Without notifications the head check is fast enough for a conversation.
		const quiet = await startProcess({ DATABASE_URL: pooled, ASSISTANT: "off" });
		await until(async () => expect((await readReadiness(quiet.url)).bus).toBe("polling"));
		const session = await openSession(quiet.url);
		const reader = await openEvents(other.url, session);
		const delays: number[] = [];
		for (let seq = 1; seq <= 4; seq += 1) {
			await postMessage(quiet.url, session, `message ${seq}`);
			const postedAt = performance.now();
			await until(() => expect(reader.seqs()).toContain(seq));
			delays.push(performance.now() - postedAt);
		}
		expect(Math.min(...delays), "polled about once a second").toBeLessThan(2_000);

		// An agent signs in and takes over, which uses the tables of logins, the forms and both streams.
		const agent = { email: "pooled@store.test", password: "a-pass-of-twelve" };
		await createAgent({ ...agent, name: "Pooled" });
		const signedIn = await fetch(`${one.url}/admin/login`, {
			method: "POST",
			body: new URLSearchParams(agent),
			redirect: "manual",
		});
		expect(signedIn.status).toBe(302);
		const cookie = signedIn.headers
			.getSetCookie()
			.map((one) => one.split(";")[0])
			.join("; ");
		for (const intent of ["take", "reply"]) {
			const response = await fetch(`${one.url}/admin/chat/${session.sessionId}`, {
				method: "POST",
				body: new URLSearchParams({ intent, message: "Hello from a person" }),
				headers: { Cookie: cookie },
				redirect: "manual",
			});
			expect([intent, response.status < 400]).toEqual([intent, true]);
		}
		await until(() => expect(JSON.stringify(reader.frames)).toContain("Hello from a person"));

		const direct = await startProcess({
			DATABASE_URL: pooled,
			LISTEN_DATABASE_URL: env().DATABASE_URL ?? "",
		});
		await until(async () =>
			expect(await readReadiness(direct.url)).toMatchObject({ bus: "listening", busTrouble: null }),
		);
		const hearing = await openEvents(direct.url, session);
		let count = 0;
		// One of several messages must arrive fast enough: on a busy machine a single message may be late, but the head
		// check never delivers a message this soon.
		await until(async () => {
			count += 1;
			await postMessage(quiet.url, session, `notified ${count}`);
			const postedAt = performance.now();
			await until(() => expect(JSON.stringify(hearing.frames)).toContain(`notified ${count}`));
			expect(performance.now() - postedAt).toBeLessThan(700);
		});

		for (const server of [one, other, quiet, direct]) {
			expect(server.output()).not.toMatch(/prepared statement|"level":50(?!.*LISTEN)/);
			expect(server.output()).not.toContain(PASSWORD);
		}
	}, 180_000);
});
