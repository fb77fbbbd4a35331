import { connect } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readIdentity } from "#app/auth/identity.server.ts";
import { env } from "#app/env.server.ts";
import { listPresent } from "#app/realtime/presence/leases.server.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { openSession } from "#tests/setup/session-client.ts";

let server: TestServer;

type Answer = { status: number; headers: Map<string, string>; body: string };

/** Sends one HTTP request over a TCP socket and reads the response until the connection is closed. */
function raw(requestLine: string, headers: string[] = []): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
		let text = "";
		socket.setTimeout(10_000, () => socket.destroy(new Error(`No end of the answer to ${requestLine}`)));
		socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
		socket.once("error", reject);
		socket.once("close", () => {
			const [head = "", body = ""] = text.split(/\r\n\r\n([\s\S]*)/);
			const [first = "", ...lines] = head.split("\r\n");
			const pairs = lines.map((line) => line.split(/: ?([\s\S]*)/).slice(0, 2) as [string, string]);
			resolve({
				status: Number(first.split(" ")[1]),
				headers: new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])),
				body,
			});
		});
		socket.write([requestLine, "Host: 127.0.0.1", "Connection: close", ...headers, "", ""].join("\r\n"));
	});
}

describe.each(["on", "off"])("with STREAM_LANE=%s", (STREAM_LANE) => {
	beforeAll(async () => {
		server = await startServerProcess({ PUBLIC_URL: "https://chat.example.com", STREAM_LANE });
	}, 600_000);
	afterAll(() => server?.end());

	describe("a request target", () => {
		it("may contain the host", async () => {
			for (const target of [
				"http://127.0.0.1/chat",
				"HTTP://other.example/chat?x=1",
				"https://127.0.0.1/healthz",
			])
				expect([target, (await raw(`GET ${target} HTTP/1.1`)).status]).toEqual([target, 200]);
			expect((await raw("GET http://127.0.0.1/nothing/here HTTP/1.1")).status).toBe(404);
		});

		it("that is invalid gets 400, without a stack trace in the log", async () => {
			for (const line of ["GET *", "HEAD *", "POST *", "OPTIONS *", "GET ftp://127.0.0.1/chat"])
				expect([line, (await raw(`${line} HTTP/1.1`)).status]).toEqual([line, 400]);
			expect(server.output()).not.toMatch(/^\s+at /m);
		});

		it("of a stream has one spelling, and any other gets a response at once", async () => {
			const spellings = [
				"/CHAT/EVENTS",
				"/CHAT/EVENTS.data",
				"/chat/events.data",
				"/chat/events.DATA",
				"/chat/events/",
				"/chat//events",
				"//chat/events",
				"/chat/%65vents",
				"/chat/%2565vents",
				"/chat%2Fevents",
				"/chat/events/.data",
				"/chat/live.data",
				"/Chat/Live",
				"/chat/live/",
				"/chat/poll.data?cursor=x",
				"/chat/sync.data",
				"/admin/chat/events.data",
				"/ADMIN/chat/EVENTS",
				"/admin/chat/poll/",
				"/admin/chat/6c1b1a52-9d0d-4a52-8f2b-2d7c3c1f3f10/live.data",
			];
			const { token } = await openSession(server.url);
			for (const spelling of spellings) {
				const { status } = await raw(`GET ${spelling} HTTP/1.1`, [`Authorization: Bearer ${token}`]);
				expect([spelling, status]).toEqual([spelling, 404]);
			}
		});
	});

	describe("a method", () => {
		it("that is not supported gets 405 with the supported ones", async () => {
			for (const method of ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]) {
				for (const path of ["/", "/chat", "/help", "/chat/events", "/admin/login", "/nothing/here"]) {
					const { status, headers } = await raw(`${method} ${path} HTTP/1.1`);
					expect([method, path, status, headers.get("allow")]).toEqual([
						method,
						path,
						405,
						"GET, HEAD, POST, OPTIONS",
					]);
				}
			}
			expect((await raw("TRACE /api/chat/sessions HTTP/1.1")).status).toBe(405);
			expect((await raw("DELETE /api/chat/sessions HTTP/1.1")).headers.get("allow")).toBe("GET, POST, PUT");
			expect(server.output()).not.toMatch(/^\s+at /m);
		});

		it("HEAD opens no stream: no slot is acquired, and nobody is present", async () => {
			const { sessionId, token } = await openSession(server.url);
			const as = [`Authorization: Bearer ${token}`];
			for (const way of ["events", "poll", "sync", "live"]) {
				const target = `/chat/${way}?sessionId=${sessionId}`;
				for (let times = 0; times < 30; times += 1) {
					const { status, body } = await raw(`HEAD ${target} HTTP/1.1`, as);
					expect([way, status, body]).toEqual([way, 200, ""]);
				}
				expect(await listPresent([`customer:${sessionId}`])).toEqual(new Set());
				expect((await raw(`HEAD ${target} HTTP/1.1`)).status).toBe(404);
			}
			const open = await fetch(`${server.url}/chat/events?sessionId=${sessionId}`, {
				headers: { Authorization: `Bearer ${token}` },
			});
			expect(open.status).toBe(200);
			await open.body?.cancel();
		}, 120_000);
	});

	describe("every answer", () => {
		it("with private content is no-store and has the security headers", async () => {
			const targets = [
				"/",
				"/chat",
				"/chat.data",
				"/_root.data",
				"/help.data",
				"/admin/login",
				"/sign-in-as",
			];
			for (const target of [...targets, "/nothing", "/chat/sync", "/healthz", "/chat/events.data"]) {
				const { headers } = await raw(`GET ${target} HTTP/1.1`);
				const seen = ["cache-control", "x-content-type-options", "cross-origin-opener-policy"].map((name) =>
					headers.get(name),
				);
				expect([target, ...seen]).toEqual([target, "no-store", "nosniff", "same-origin"]);
				expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
				expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}$/);
			}
			const frame = await raw("GET /chat/live/frame HTTP/1.1");
			expect(frame.headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
			expect(frame.headers.get("cache-control")).toMatch(/^public/);
		});

		it("is logged without the query", async () => {
			await raw("GET /help?q=SECRET-SEARCH HTTP/1.1");
			await raw("GET http://127.0.0.1/chat?new=SECRET-ABSOLUTE HTTP/1.1");
			await raw("GET /nothing?email=SECRET-ADDRESS HTTP/1.1");
			await expect.poll(() => server.output()).toMatch(/GET \/nothing 404/);
			expect(server.output()).not.toContain("SECRET");
		});
	});
});

describe("a store-signed identity", () => {
	const now = () => Math.floor(Date.now() / 1_000);
	const DAY = 24 * 60 * 60;
	const sign = (claims: Record<string, unknown>, alg = "HS256") =>
		new SignJWT(claims)
			.setProtectedHeader({ alg })
			.sign(new TextEncoder().encode(String(env().CUSTOMER_IDENTITY_SECRET)));

	it.each([
		["an hour", { sub: "a", exp: now() + 3_600 }],
		["thirty days", { sub: "a", exp: now() + 30 * DAY }],
		[
			"a clock that is half a minute ahead",
			{ sub: "a", iat: now() + 30, nbf: now() + 30, exp: now() + 3_600 },
		],
		["a name of 255 letters", { sub: "a".repeat(255), exp: now() + 60 }],
	])("is accepted with %s", async (_, claims) => {
		expect(await readIdentity(await sign(claims))).toBe(claims.sub);
	});

	it.each([
		["an expiry in thirty-one days", { sub: "a", exp: now() + 31 * DAY }],
		["an expiry in milliseconds", { sub: "a", exp: Date.now() + 3_600_000 }],
		["an expiry as text", { sub: "a", exp: String(now() + 60) }],
		["an expiry without end", { sub: "a", exp: Number.MAX_VALUE }],
		["an issue in the future", { sub: "a", iat: now() + 3_600, exp: now() + 7_200 }],
		["a beginning in the future", { sub: "a", nbf: now() + 3_600, exp: now() + 7_200 }],
		["no name", { exp: now() + 60 }],
		["an empty name", { sub: "", exp: now() + 60 }],
		["a number for a name", { sub: 42, exp: now() + 60 }],
		["a list for a name", { sub: ["a"], exp: now() + 60 }],
		["an object for a name", { sub: { id: "a" }, exp: now() + 60 }],
		["a name that is too long", { sub: "a".repeat(256), exp: now() + 60 }],
		["a control in its name", { sub: "a\u0000", exp: now() + 60 }],
	])("is refused with %s", async (_, claims) => {
		await expect(readIdentity(await sign(claims))).rejects.toThrow("not valid or has expired");
	});

	it("is refused with another algorithm", async () => {
		await expect(readIdentity(await sign({ sub: "a", exp: now() + 60 }, "HS384"))).rejects.toThrow(
			"not valid",
		);
	});
});
