import type { ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sql } from "#db/client.server.ts";
import { type EventReader, readEvents } from "#tests/setup/event-reader.ts";
import { freePort, startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { until } from "#tests/setup/until.ts";

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
		// A request that takes too long is ended, as a browser does, which then sends the message again with the same id.
		signal: AbortSignal.timeout(10_000),
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

const types = (reader: EventReader) => reader.frames.map((frame) => frame.type);

it("delivers a message posted on one process to a reader on another, with the answer word by word", async () => {
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
}, 180_000);

it("refuses a form of another site's page, a NUL in a path and an invalid host, with a text and without a stack trace in the log", async () => {
	const server = await start({ ASSISTANT: "off" });
	const foreign = { "Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded" };
	for (const path of [
		"/chat",
		"/chat/actions",
		"/chat/events",
		"/sign-in",
		"/sign-out",
		"/admin/login",
		"/admin/logout",
		"/admin/blocked",
		"/admin/knowledge",
		"/admin/chat/events",
		"/admin/chat/7f7f3d44-7a5e-4d0a-a0a8-5d6f1a0d3f10",
		"/admin/chat/7f7f3d44-7a5e-4d0a-a0a8-5d6f1a0d3f10/actions",
	]) {
		const response = await fetch(`${server.url}${path}`, {
			method: "POST",
			headers: foreign,
			body: "intent=end",
		});
		expect([path, response.status]).toEqual([path, 403]);
		expect(await response.json()).toMatchObject({
			status: 403,
			detail: expect.stringContaining("another site"),
		});
	}
	expect((await fetch(`${server.url}/products/%00`)).status).toBe(404);
	expect((await fetch(`${server.url}/chat/events.data`)).status).toBe(404);
	const { port } = new URL(server.url);
	const stranger = connect(Number(port), "127.0.0.1");
	stranger.write("GET / HTTP/1.1\r\nHost: a b<c>\r\nConnection: close\r\n\r\n");
	let refused = "";
	stranger.on("data", (chunk: Buffer) => (refused += chunk.toString("latin1")));
	await new Promise((resolve) => stranger.once("close", resolve));
	expect(refused).toMatch(/^HTTP\/1.1 400 /);
	expect(server.output()).not.toContain('"level":50');
}, 120_000);

it("survives connections that are lost during transactions, and answers every request", async () => {
	const server = await start();
	const sessions = await Promise.all(Array.from({ length: 12 }, () => openSession(server)));
	const ask = async (session: { sessionId: string; token: string }, index: number) => {
		// Like a browser, the test posts the message again with the same id until the message is acknowledged.
		for (let attempt = 0; attempt < 100; attempt += 1) {
			const response = await post(server, session, "How do I return something?", `id-${index}`).catch(
				() => null,
			);
			if (response?.ok) return;
		}
		throw new Error("never acknowledged");
	};
	let isDone = false;
	const posting = Promise.all(sessions.map(ask)).finally(() => {
		isDone = true;
	});
	let killed = 0;
	while (killed < 8 && !isDone) {
		const rows = await sql`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()
				and state in ('active', 'idle in transaction') and application_name <> 'mevi-chat listener'`;
		killed += rows.length;
	}
	await posting;
	expect(killed).toBeGreaterThan(0);
	for (const { sessionId } of sessions) {
		await until(async () => {
			const rows = await sql`select sender_type as sender from chat_messages
				where session_id = ${sessionId} and sender_type in ('user', 'bot') order by seq`;
			expect(rows.map((row) => row.sender)).toEqual(["user", "bot"]);
		});
	}
	expect(server.process.exitCode).toBeNull();
}, 120_000);

it("loses nothing when the listening connection is killed repeatedly, and when a process dies", async () => {
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
	const wanted = Array.from({ length: total }, (_, index) => `message ${index + 1}`);
	await until(() => expect(reader.messages()).toEqual(wanted));
	// An event with the queue position may arrive before or between the messages, but the sequences have no gap.
	const [first = 0, ...rest] = reader.seqs() as number[];
	expect(rest).toEqual(rest.map((_, index) => first + index + 1));

	// The process that served the reader dies; the reader continues from its cursor with the other process.
	const last = reader.frames.findLast((frame) => frame.id)?.id;
	await other.end("SIGKILL");
	await reader.ended;
	await post(one, session, "while nobody listened", "id-gap");
	const again = await listen(one, session, last);
	await until(() => expect(again.messages()).toEqual(["while nobody listened"]));
	expect((await post(one, session, "while nobody listened", "id-gap")).status).toBe(200);
}, 180_000);

describe.each([
	["the lane", "on"],
	["Remix's own response", "off"],
])("a stream through %s", (_name, rawHandler) => {
	it("starts at once, resumes from its cursor, and refuses with the same texts", async () => {
		const server = await start({ ASSISTANT: "off", STREAM_LANE: rawHandler });
		const session = await openSession(server);
		const first = await listen(server, session);
		await until(() => expect(types(first)).toEqual(["joined-chat", "chat-history"]));
		for (const message of ["one", "two", "three"]) await post(server, session, message);
		await until(() => expect(first.messages()).toEqual(["one", "two", "three"]));
		const cursor = first.frames.find((frame) => frame.type === "new-message")?.id ?? "";
		const again = await listen(server, session, cursor);
		await until(() => expect(again.messages()).toEqual(["two", "three"]));

		// A POST returns the same event stream as a GET, because some networks hold back only answers to GET.
		const form = (headers: Record<string, string>, fields: Record<string, string>) =>
			fetch(`${server.url}/chat/events`, { method: "POST", headers, body: new URLSearchParams(fields) });
		const bearer = { Authorization: `Bearer ${session.token}` };
		const posted = await form(bearer, { sessionId: session.sessionId, cursor });
		expect(posted.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
		const byPost = readEvents(posted);
		await until(() => expect(byPost.messages()).toEqual(["two", "three"]));
		await byPost.close();
		const foreign = await form(
			{ ...bearer, "Sec-Fetch-Site": "cross-site" },
			{ sessionId: session.sessionId },
		);
		expect(foreign.status).toBe(403);
		const huge = await form(bearer, { sessionId: "x".repeat(270_000) });
		expect(huge.status).toBe(413);

		const address = `${server.url}/chat/events?sessionId=${session.sessionId}`;
		const refusals = [
			await fetch(address, { headers: { Authorization: "Bearer nonsense" } }),
			await fetch(address),
			await fetch(`${server.url}/admin/chat/events`),
		];
		expect(refusals.map((response) => response.status)).toEqual([401, 404, 401]);
		for (const response of refusals) {
			expect(response.headers.get("Content-Type")).toBe("application/problem+json; charset=utf-8");
			expect(await response.json()).toMatchObject({ status: response.status, title: expect.any(String) });
		}
	}, 120_000);

	it("answers forms in the same way", async () => {
		const server = await start({ ASSISTANT: "off", STREAM_LANE: rawHandler });
		const send = (body: RequestInit["body"], headers: Record<string, string> = {}) =>
			fetch(`${server.url}/chat/actions`, { method: "POST", headers, body });
		const form = (fields: Record<string, string>) => new URLSearchParams({ intent: "send", ...fields });
		const first = await send(form({ message: "Größe?", clientMessageId: "c-1" }));
		expect(first.status).toBe(200);
		expect(first.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
		expect(first.headers.get("Cache-Control")).toBe("no-store");
		const [cookie = ""] = first.headers.getSetCookie().map((one) => one.split(";")[0]);
		expect(cookie).toMatch(/^mevi_customer=/);
		const { sessionId, message } = (await first.json()) as { sessionId: string; message: { seq: number } };
		expect(message).toMatchObject({ seq: 1, message: "Größe?", clientMessageId: "c-1", sessionId });
		const again = await send(form({ message: "Größe?", clientMessageId: "c-1", sessionId }), {
			Cookie: cookie,
		});
		expect(await again.json()).toMatchObject({ sessionId, message });
		// The form is sent without Content-Length, as some proxies forward a browser's form.
		const chunked = new ReadableStream({
			start(stream) {
				stream.enqueue(new TextEncoder().encode(form({ message: "In pieces", sessionId }).toString()));
				stream.close();
			},
		});
		const pieces = await fetch(`${server.url}/chat/actions`, {
			method: "POST",
			headers: { Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" },
			body: chunked,
			duplex: "half",
		} as RequestInit);
		expect(await pieces.json()).toMatchObject({ message: { seq: 2, message: "In pieces" } });

		const refusals = [
			[422, await send(form({ message: " " }), { Cookie: cookie })],
			[413, await send(form({ message: "x".repeat(270_000) }), { Cookie: cookie })],
			[415, await send("{}", { Cookie: cookie, "Content-Type": "application/json" })],
			[403, await send(form({ message: "Hi" }), { Cookie: cookie, "Sec-Fetch-Site": "cross-site" })],
			[403, await send(form({ message: "Hi", owner: "somebody-else" }), { Cookie: cookie })],
		] as const;
		for (const [status, response] of refusals) {
			expect(response.status).toBe(status);
			expect(response.headers.get("Content-Type")).toBe("application/problem+json; charset=utf-8");
			expect(await response.json()).toMatchObject({ status, title: expect.any(String) });
		}

		// A client that disconnects while it sends a form causes no server error.
		const gone = connect(Number(new URL(server.url).port), "127.0.0.1");
		gone.write(
			"POST /chat/actions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nintent=send",
		);
		gone.end();
		await new Promise((resolve) => gone.once("close", resolve).resume());
		expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
		expect(server.output()).not.toContain("request failed");
	}, 120_000);

	it("loses nothing for a reader that takes no bytes for a while", async () => {
		const server = await start({ ASSISTANT: "off", STREAM_LANE: rawHandler });
		const session = await openSession(server);
		const paused = connect(Number(new URL(server.url).port), "127.0.0.1");
		const head = [
			`GET /chat/events?sessionId=${session.sessionId} HTTP/1.1`,
			"Host: 127.0.0.1",
			`Authorization: Bearer ${session.token}`,
		];
		paused.write(`${head.join("\r\n")}\r\n\r\n`);
		let received = "";
		paused.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
		await until(() => expect(received).toContain("chat-history"));
		paused.pause();
		const total = 150;
		const words = "x".repeat(9_000);
		for (let index = 0; index < total; index += 1)
			expect((await post(server, session, words)).status).toBe(201);
		paused.resume();
		await until(() => expect(received.match(/event: new-message/g)).toHaveLength(total));
		paused.destroy();
	}, 180_000);

	it("removes readers that disconnect while their stream is being opened", async () => {
		const server = await start({ ASSISTANT: "off", STREAM_LANE: rawHandler });
		const session = await openSession(server);
		const address = `${server.url}/chat/events?sessionId=${session.sessionId}`;
		for (let index = 0; index < 60; index += 1) {
			const abort = new AbortController();
			const opening = fetch(address, {
				headers: { Authorization: `Bearer ${session.token}` },
				signal: abort.signal,
			});
			setTimeout(() => abort.abort(), index % 12);
			await opening.then((response) => response.body?.cancel()).catch(() => {});
		}
		const open = async () =>
			((await (await fetch(`${server.url}/readyz`)).json()) as { streams: number }).streams;
		await until(async () => expect(await open()).toBe(0));
	}, 120_000);

	it("sends bye on SIGTERM and ends soon after", async () => {
		const server = await start({ ASSISTANT: "off", STREAM_LANE: rawHandler });
		const session = await openSession(server);
		const reader = await listen(server, session);
		const code = await server.end("SIGTERM");
		await reader.ended;
		expect(code).toBe(0);
		expect(types(reader).at(-1)).toBe("bye");
		expect(reader.frames.at(-1)?.data.in).toBeGreaterThanOrEqual(0);
	}, 120_000);

	it("detects disconnected readers also after garbage collection, when request.signal is lost", async () => {
		// nodejs/node#55428: an abort listener never fires on a Request that was garbage-collected before.
		const server = await start({
			STREAM_LANE: rawHandler,
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
	}, 120_000);
});

describe("the language detector", () => {
	const reportsImport = ["--import", "./tests/setup/report-detector-import.mjs"];

	it("is loaded before the process is ready, so that the first message does not wait for it", async () => {
		const server = await start({}, reportsImport);
		expect(server.output()).toContain("importing the language detector");
		const readiness = await (await fetch(`${server.url}/readyz`)).json();
		expect(readiness).toMatchObject({ ready: true, languageDetector: true });
	}, 120_000);

	it("keeps the process from being ready when it cannot be loaded, and the reason is logged once", async () => {
		const port = await freePort();
		const spawned: ChildProcess[] = [];
		const starting = startServerProcess({ PORT: String(port), MISSING_DETECTOR: "yes" }, reportsImport, {
			onSpawn: (child) => spawned.push(child),
		}).catch((error: unknown) => String(error));
		await until(async () => {
			const response = await fetch(`http://127.0.0.1:${port}/readyz`);
			expect(response.status).toBe(503);
			expect(await response.json()).toMatchObject({ ready: false, languageDetector: false, database: true });
		}, 60_000);
		spawned[0]?.kill("SIGKILL");
		const failure = await starting;
		expect(String(failure).split("the language detector could not be loaded")).toHaveLength(2);
	}, 120_000);
});
