import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";

const FRAME = "event: hb\ndata: {}\n\n";

let origin: Awaited<ReturnType<typeof startOrigin>>;
let proxy: FaultProxy;

beforeEach(async () => {
	origin = await startOrigin();
	proxy = await startFaultProxy(origin.url);
});

afterEach(async () => {
	await proxy.stop();
	await origin.stop();
});

/**
 * Starts a server behind the proxy. Its path `/stream` sends the frames that the test writes; all other paths return
 * the request that they received.
 */
async function startOrigin() {
	const streams: ServerResponse[] = [];
	let requests = 0;
	const server = createServer(async (request, response) => {
		requests++;
		if (request.url === "/stream") {
			response.writeHead(200, {
				"Content-Type": "text/event-stream",
				"X-Accel-Buffering": "no",
				"Cache-Control": "no-store",
			});
			response.write(FRAME);
			streams.push(response);
			return;
		}
		let body = "";
		for await (const piece of request) body += piece;
		response.setHeader("Set-Cookie", ["a=1", "b=2"]);
		const { method, url, headers, httpVersion } = request;
		response.end(JSON.stringify({ method, url, headers, httpVersion, body }));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		streams,
		requests: () => requests,
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Reads a stream through the proxy, and records how the stream ended. */
function readStream(path = "/stream") {
	const seen = { status: 0, body: "", end: null as "whole" | "cut" | null };
	const request = get(`${proxy.url}${path}`, { agent: false }, (response: IncomingMessage) => {
		seen.status = response.statusCode ?? 0;
		response.on("data", (piece: Buffer) => {
			seen.body += piece;
		});
		response.once("end", () => {
			seen.end = "whole";
		});
		response.once("error", () => {
			seen.end ??= "cut";
		});
	});
	request.once("error", () => {
		seen.end ??= "cut";
	});
	return { seen, close: () => request.destroy() };
}

const untilBytes = (reader: ReturnType<typeof readStream>, bytes: number) =>
	expect.poll(() => reader.seen.body.length).toBe(bytes);

describe("passing", () => {
	it("keeps the method, URL, body, Host, Origin and all cookies", async () => {
		const response = await fetch(`${proxy.url}/x?y=1`, {
			method: "POST",
			body: "hello",
			headers: { Origin: proxy.url, "Last-Event-ID": "7" },
		});
		const told = await response.json();
		expect(told).toMatchObject({ method: "POST", url: "/x?y=1", body: "hello" });
		expect(told.headers).toMatchObject({
			host: `127.0.0.1:${proxy.port}`,
			origin: proxy.url,
			"last-event-id": "7",
		});
		expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
	});

	it("forwards each frame and the end at once", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		origin.streams[0]?.write(FRAME);
		await untilBytes(reader, 2 * FRAME.length);
		origin.streams[0]?.end();
		await expect.poll(() => reader.seen.end).toBe("whole");
	});

	it("closes the connection to the server when the reader has gone", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		reader.close();
		await expect.poll(() => origin.streams[0]?.destroyed).toBe(true);
	});

	it("answers 502 without a server, and forwards again when it is back", async () => {
		await origin.stop();
		expect((await fetch(proxy.url)).status).toBe(502);
		origin = await startOrigin();
	});
});

describe("slow networks", () => {
	it("delays a response", async () => {
		proxy.set({ mode: "latency", ms: 120 });
		const start = performance.now();
		const told = await (await fetch(`${proxy.url}/x`)).json();
		expect(told.url).toBe("/x");
		expect(performance.now() - start).toBeGreaterThan(110);
	});

	it("throttles a response to a number of bytes a second", async () => {
		proxy.set({ mode: "throttle", bytesPerSecond: 2_000 });
		const start = performance.now();
		const text = await (await fetch(`${proxy.url}/${"x".repeat(600)}`)).text();
		expect(text.length).toBeGreaterThan(600);
		expect(performance.now() - start).toBeGreaterThan(250);
	});
});

describe("buffering networks", () => {
	it("store and forward: forwards the head only after the end", async () => {
		proxy.set({ mode: "store-and-forward" });
		const reader = readStream();
		await expect.poll(() => origin.streams.length).toBe(1);
		origin.streams[0]?.write(FRAME);
		// Another request was forwarded meanwhile, which shows that the held-back response had enough time to arrive.
		proxy.set({ mode: "pass" });
		const other = readStream();
		await untilBytes(other, FRAME.length);
		expect(reader.seen).toEqual({ status: 0, body: "", end: null });
		origin.streams[0]?.end();
		await untilBytes(reader, 2 * FRAME.length);
		other.close();
	});

	it("buffer: forwards nothing before it has 64 KB", async () => {
		proxy.set({ mode: "buffer" });
		const reader = readStream();
		await expect.poll(() => origin.streams.length).toBe(1);
		origin.streams[0]?.write("x".repeat(60_000));
		proxy.set({ mode: "pass" });
		const other = readStream();
		await untilBytes(other, FRAME.length);
		expect(reader.seen.body).toBe("");
		origin.streams[0]?.write("x".repeat(6_000));
		await expect.poll(() => reader.seen.body.length).toBeGreaterThanOrEqual(65_536);
		reader.close();
		other.close();
	});
});

describe("breaking networks", () => {
	it("cuts a response after a number of bytes of its body", async () => {
		proxy.set({ mode: "cut", afterBytes: FRAME.length + 5 });
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		origin.streams[0]?.write(FRAME);
		await expect.poll(() => reader.seen.end).toBe("cut");
		expect(reader.seen.body).toBe(FRAME + FRAME.slice(0, 5));
	});

	it("black hole: new and open connections get no bytes and no end", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		proxy.set({ mode: "black-hole" });
		origin.streams[0]?.end(FRAME);
		await expect(fetch(proxy.url, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/);
		expect(reader.seen).toMatchObject({ body: FRAME, end: null });
		expect(origin.requests(), "the server was not asked").toBe(1);
		// The network works again, but the lost connection stays lost.
		proxy.set({ mode: "pass" });
		expect((await fetch(proxy.url)).status).toBe(200);
		expect(reader.seen.end).toBeNull();
		reader.close();
	});

	it("resets connections", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		proxy.set({ mode: "reset" });
		await expect.poll(() => reader.seen.end).toBe("cut");
		const error = await fetch(proxy.url).catch((reason: Error) => reason.cause);
		expect(error).toMatchObject({ code: "ECONNRESET" });
	});

	it("closes a silent connection, and keeps one with data", async () => {
		proxy.set({ mode: "idle-kill", ms: 150 });
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		const beating = setInterval(() => origin.streams[0]?.write(FRAME), 40);
		await expect.poll(() => reader.seen.body.length).toBeGreaterThan(6 * FRAME.length);
		expect(reader.seen.end).toBeNull();
		clearInterval(beating);
		await expect.poll(() => reader.seen.end).toBe("cut");
	});

	it("answers 502 or 503 itself and closes open connections", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		proxy.set({ mode: "status", status: 503 });
		await expect.poll(() => reader.seen.end).toBe("cut");
		expect((await fetch(proxy.url)).status).toBe(503);
		expect(origin.requests()).toBe(1);
		proxy.set({ mode: "pass" });
		expect((await fetch(proxy.url)).status).toBe(200);
	});

	it("closes open connections on request", async () => {
		const reader = readStream();
		await untilBytes(reader, FRAME.length);
		proxy.dropConnections();
		await expect.poll(() => reader.seen.end).toBe("cut");
	});
});

describe("old and meddling networks", () => {
	it("uses HTTP/1.0 on both sides: no chunks, and the connection ends with the body", async () => {
		proxy.set({ mode: "http-1.0" });
		const socket = connect(proxy.port, "127.0.0.1");
		let answer = "";
		socket.on("data", (piece: Buffer) => {
			answer += piece;
		});
		socket.write("GET /stream HTTP/1.1\r\nHost: shop.example\r\n\r\n");
		await expect.poll(() => answer).toContain(FRAME);
		expect(answer).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
		expect(answer.toLowerCase()).not.toContain("transfer-encoding");
		origin.streams[0]?.end(FRAME);
		await once(socket, "close");
		expect(answer.endsWith(FRAME + FRAME)).toBe(true);

		const told = await (await fetch(`${proxy.url}/x`, { method: "POST", body: "hello" })).json();
		expect(told).toMatchObject({ httpVersion: "1.0", body: "hello" });
	});

	it("removes the headers against buffering and for resuming", async () => {
		proxy.set({ mode: "strip-headers" });
		const told = await (await fetch(`${proxy.url}/x`, { headers: { "Last-Event-ID": "7" } })).json();
		expect(told.headers).not.toHaveProperty("last-event-id");
		const response = await fetch(`${proxy.url}/stream`);
		expect(response.headers.get("Content-Type")).toBe("text/event-stream");
		expect(response.headers.get("X-Accel-Buffering")).toBeNull();
		expect(response.headers.get("Cache-Control")).toBeNull();
		await response.body?.cancel();
	});

	it("applies only to the given paths", async () => {
		proxy.set({ mode: "status", status: 502 }, /^\/stream/);
		expect((await fetch(`${proxy.url}/stream`)).status).toBe(502);
		expect((await fetch(`${proxy.url}/x`)).status).toBe(200);
	});
});
