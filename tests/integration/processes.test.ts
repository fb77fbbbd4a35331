import { afterEach, expect, it, vi } from "vitest";
import { sql } from "#db/client.server.ts";
import { type EventReader, readEvents } from "#tests/setup/event-reader.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";

const servers: TestServer[] = [];
const readers: EventReader[] = [];

afterEach(async () => {
	await Promise.all(readers.splice(0).map((reader) => reader.close()));
	await Promise.all(servers.splice(0).map((server) => server.end("SIGKILL")));
});

async function start(env: Record<string, string> = {}, nodeOptions: string[] = []) {
	const server = await startServerProcess({ RATE_LIMITS: "off", ...env }, nodeOptions);
	servers.push(server);
	return server;
}

async function openSession(server: TestServer): Promise<{ sessionId: string; token: string }> {
	const response = await fetch(`${server.url}/api/chat/sessions`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: "{}",
	});
	expect(response.status).toBe(201);
	return (await response.json()) as { sessionId: string; token: string };
}

async function post(
	server: TestServer,
	session: { sessionId: string; token: string },
	message: string,
	id?: string,
) {
	return fetch(`${server.url}/api/chat/messages`, {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: `Bearer ${session.token}` },
		body: JSON.stringify({ sessionId: session.sessionId, message, ...(id ? { clientMessageId: id } : {}) }),
	});
}

async function listen(server: TestServer, session: { sessionId: string; token: string }, cursor?: string) {
	const query = new URLSearchParams({ sessionId: session.sessionId, ...(cursor ? { cursor } : {}) });
	const response = await fetch(`${server.url}/chat/events?${query}`, {
		headers: { Authorization: `Bearer ${session.token}`, "Accept-Encoding": "gzip, br" },
	});
	expect(response.headers.get("Content-Encoding")).toBeNull();
	const reader = readEvents(response);
	readers.push(reader);
	await until(() => expect(reader.frames.length).toBeGreaterThan(0));
	return reader;
}

const until = <Value>(look: () => Value | Promise<Value>) =>
	vi.waitFor(look, { timeout: 15_000, interval: 20 });
const types = (reader: EventReader) => reader.frames.map((frame) => frame.type);

it("brings a message posted on one process to a reader on another, with the answer word by word", async () => {
	const [one, other] = await Promise.all([start(), start()]);
	const session = await openSession(one);
	const reader = await listen(other, session);
	expect((await post(one, session, "Hello there")).status).toBe(201);
	await until(() => expect(types(reader)).toContain("ai-delta"));
	await until(() => expect(reader.seqs()).toEqual([1, 2]));
	const answer = reader.frames.findLast((frame) => frame.type === "new-message")?.data.message as {
		message: string;
	};
	const deltas = reader.frames.filter((frame) => frame.type === "ai-delta");
	expect(deltas.map((frame) => frame.data.text).join("")).toBe(answer.message);
}, 90_000);

it("loses nothing when the listening connection is killed again and again, and when a process dies", async () => {
	const [one, other] = await Promise.all([start({ ASSISTANT: "off" }), start({ ASSISTANT: "off" })]);
	const session = await openSession(one);
	const reader = await listen(other, session);
	const total = 60;
	for (let index = 1; index <= total; index += 1) {
		if (index % 20 === 0) {
			await sql`select pg_terminate_backend(pid) from pg_stat_activity
				where application_name = 'mevi-chat listener' and datname = current_database()`;
		}
		expect((await post(one, session, `message ${index}`, `id-${index}`)).status).toBe(201);
	}
	const wanted = Array.from({ length: total }, (_, index) => index + 1);
	await until(() => expect(reader.seqs()).toEqual(wanted));

	// The process that served the reader dies; the reader goes on from its place on the other one.
	const last = reader.frames.findLast((frame) => frame.id)?.id;
	await other.end("SIGKILL");
	await reader.ended;
	await post(one, session, "while nobody listened", "id-gap");
	const again = await listen(one, session, last);
	await until(() => expect(again.seqs()).toEqual([total + 1]));
	expect((await post(one, session, "while nobody listened", "id-gap")).status).toBe(200);
}, 90_000);

it("says goodbye to its readers on SIGTERM, is gone soon after, and begins no new streams meanwhile", async () => {
	const server = await start({ ASSISTANT: "off" });
	const session = await openSession(server);
	const reader = await listen(server, session);
	const code = await server.end("SIGTERM");
	await reader.ended;
	expect(code).toBe(0);
	expect(types(reader).at(-1)).toBe("bye");
	expect(reader.frames.at(-1)?.data.in).toBeGreaterThanOrEqual(0);
}, 60_000);

it("learns that readers have gone also after garbage collection, when request.signal is lost", async () => {
	// nodejs/node#55428: collected before the readers leave, an abort listener on the Request never fires.
	const server = await start({
		ASSISTANT: "off",
		NODE_OPTIONS: "--expose-gc --import ./tests/setup/gc-on-signal.mjs",
	});
	const session = await openSession(server);
	const opened = await Promise.all(Array.from({ length: 20 }, () => listen(server, session)));
	const open = async () =>
		((await (await fetch(`${server.url}/readyz`)).json()) as { streams: number }).streams;
	await until(async () => expect(await open()).toBe(20));
	server.process.kill("SIGUSR2");
	await until(() => expect(server.output()).toContain("collected"));
	await Promise.all(opened.map((reader) => reader.close()));
	await until(async () => expect(await open()).toBe(0));
}, 60_000);
