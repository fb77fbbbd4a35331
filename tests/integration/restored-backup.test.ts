import { randomBytes } from "node:crypto";
import { expect, inject, it, onTestFinished } from "vitest";
import { env } from "#app/env.server.ts";
import { closeDatabase } from "#db/client.server.ts";
import postgres from "#db/driver.ts";
import { databaseUrl } from "#tests/setup/cluster.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import {
	openEvents,
	openSession,
	postMessage,
	type SessionClient,
	untilQueueAnnounced,
} from "#tests/setup/session-client.ts";
import { until } from "#tests/setup/until.ts";

/** An event that a client received from a stream or from a poll with its cursor. */
type Event = { id?: string | undefined; type: string; data: Record<string, unknown> };

const texts = (event: Event | undefined) =>
	((event?.data.messages ?? []) as { message: string }[]).map((message) => message.message);

const idOf = (text: string) => text.replaceAll(/\W+/g, "-");

async function begin() {
	const admin = postgres(inject("clusterUrl"), { max: 1, onnotice: () => {} });
	const name = `restored_${randomBytes(5).toString("hex")}`;
	await closeDatabase();
	await admin.unsafe(`create database ${name} template mevi_template`);
	onTestFinished(async () => {
		for (const each of [name, `${name}_backup`, `${name}_old`])
			await admin.unsafe(`drop database if exists ${each} with (force)`);
		await admin.end();
	});
	const server = await startServerProcess({
		DATABASE_URL: databaseUrl(env().DATABASE_URL ?? "", name),
		ASSISTANT: "off",
		RATE_LIMITS: "off",
	});
	onTestFinished(async () => void (await server.end("SIGKILL")));
	return { admin, name, server };
}

/** Disconnects all clients from a database, and runs `work` before they can reconnect. */
async function withoutClients(admin: postgres.Sql, name: string, work: () => Promise<unknown>) {
	await admin.unsafe(`alter database ${name} allow_connections false`);
	await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
	await until(async () =>
		expect(await admin`select pid from pg_stat_activity where datname = ${name}`).toHaveLength(0),
	);
	await work();
}

async function ask(server: TestServer, path: string, session: SessionClient, cursor: string) {
	const query = new URLSearchParams({ sessionId: session.sessionId, cursor });
	const response = await fetch(`${server.url}${path}?${query}`, {
		headers: { Authorization: `Bearer ${session.token}` },
	});
	return (await response.json()) as { events: Event[]; cursor: string };
}

it("resets readers of a newer state when a backup is restored", async () => {
	const { admin, name, server } = await begin();
	const session = await openSession(server.url);
	await untilQueueAnnounced(server.url, session);
	for (const text of ["one", "two", "three"]) await postMessage(server.url, session, text);
	await withoutClients(admin, name, () => admin.unsafe(`create database ${name}_backup template ${name}`));
	await admin.unsafe(`alter database ${name} allow_connections true`);

	const reader = await openEvents(server.url, session);
	for (const text of ["four, lost", "five, lost"])
		await until(async () => expect((await postMessage(server.url, session, text, idOf(text))).ok).toBe(true));
	const lost = ["four, lost", "five, lost"];
	await until(() => expect(reader.messages()).toEqual(lost));
	const cursor = reader.frames.findLast((frame) => frame.id)?.id ?? "";
	const polling = ask(server, "/chat/poll", session, cursor);

	await withoutClients(admin, name, async () => {
		await admin.unsafe(`alter database ${name} rename to ${name}_old`);
		await admin.unsafe(`alter database ${name}_backup rename to ${name}`);
	});
	// The server process continues after the restore; the sequences of the lost messages are used again.
	for (const text of ["four", "five", "six"])
		await until(async () => expect((await postMessage(server.url, session, text, idOf(text))).ok).toBe(true));
	const truth = ["one", "two", "three", "four", "five", "six"];

	// The readers are disconnected, and received no event of the new epoch after events of the old one.
	await until(() => expect(reader.frames.at(-1)?.type).toBe("bye"));
	await reader.ended;
	expect(reader.messages()).toEqual(lost);
	const again = await openEvents(server.url, session, cursor);
	await until(() => expect(again.frames).toHaveLength(3));
	expect(again.frames.map((frame) => frame.type)).toEqual(["joined-chat", "reset", "chat-history"]);
	expect(again.frames[1]?.data).toEqual({ reason: "epoch" });
	expect(texts(again.frames[2])).toEqual(truth);
	const polled: Partial<Awaited<typeof polling>> = await polling;
	// A reader that connected during the restore was refused, and so connects again, as a page does.
	const events = polled.events ?? (await ask(server, "/chat/poll", session, cursor)).events;
	expect([events.map((event) => event.type), events[0]?.data]).toEqual([
		["reset", "chat-history"],
		{ reason: "epoch" },
	]);
	for (const path of ["/chat/sync", "/chat/poll"]) {
		const caughtUp = await ask(server, path, session, cursor);
		expect(caughtUp.events.map((event) => event.type)).toEqual(["reset", "chat-history"]);
		expect(texts(caughtUp.events[1])).toEqual(truth);
		// From here the reader continues as usual.
		expect((await ask(server, "/chat/sync", session, caughtUp.cursor)).events).toEqual([]);
	}
}, 120_000);

it("resets readers when tables are restored under a running server", async () => {
	const { name, server } = await begin();
	const direct = postgres(databaseUrl(inject("clusterUrl"), name), { max: 1, onnotice: () => {} });
	onTestFinished(() => direct.end());
	const session = await openSession(server.url);
	await untilQueueAnnounced(server.url, session);
	for (const text of ["one", "two", "three"]) await postMessage(server.url, session, text);
	const reader = await openEvents(server.url, session);
	// The history follows the first event of the stream, and the history's cursor is at the third message.
	await until(() => expect(reader.frames.map((frame) => frame.type)).toContain("chat-history"));
	const cursor = reader.frames.findLast((frame) => frame.id)?.id ?? "";

	// The database's disk was set back to an earlier state: only a head that is lower than the cursor shows this, no
	// file, oid or connection.
	await direct`delete from chat_events where session_id = ${session.sessionId} and seq = 4`;
	await direct`delete from chat_messages where session_id = ${session.sessionId} and seq = 4`;
	await direct`update chat_sessions set last_seq = 3 where session_id = ${session.sessionId}`;
	await until(() => expect(reader.frames.at(-1)?.type).toBe("bye"));
	const again = await openEvents(server.url, session, cursor);
	await until(() => expect(again.frames).toHaveLength(3));
	expect(again.frames[1]).toMatchObject({ type: "reset", data: { reason: "ahead" } });
	expect(texts(again.frames[2])).toEqual(["one", "two"]);

	// Tables that pg_restore loads again keep their names, sequences and the value `epoch` in the table `settings`.
	const newCursor = again.frames.findLast((frame) => frame.id)?.id ?? "";
	await direct.unsafe(`begin; create temp table kept as table chat_events; truncate chat_events;
		insert into chat_events select * from kept; commit`);
	await until(() => expect(again.frames.at(-1)?.type).toBe("bye"));
	expect((await ask(server, "/chat/sync", session, newCursor)).events[0]).toMatchObject({
		type: "reset",
		data: { reason: "epoch" },
	});
}, 120_000);
