import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRejection } from "./request-policy.server.ts";

const server = createServer((incoming, response) => {
	response.statusCode = findRejection(incoming, incoming.url ?? "")?.status ?? 200;
	response.end();
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());

/**
 * Sends a POST and returns the response's status. Node's own client can send all headers, including those that
 * `fetch` does not allow.
 */
function post(headers: Record<string, string>, path = "/chat/actions"): Promise<number | undefined> {
	const { port } = server.address() as AddressInfo;
	return new Promise((resolve, reject) => {
		const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		outgoing.once("error", reject);
		outgoing.end();
	});
}

describe("a form from another site", () => {
	it.each([
		{ "Sec-Fetch-Site": "cross-site" },
		{ "Sec-Fetch-Site": "same-site" },
		{ "Sec-Fetch-Site": "cross-site", Origin: "http://chat.test", Host: "chat.test" },
		{ "Sec-Fetch-Site": "made-up" },
		{ Origin: "https://evil.test", Host: "chat.test" },
		{ Origin: "http://chat.test.evil.test", Host: "chat.test" },
		{ Origin: "http://chat.test:8080", Host: "chat.test" },
		{ Origin: "null", Host: "chat.test" },
		{ Origin: "not an address", Host: "chat.test" },
		{ Origin: "http://chat.test", Host: "chat.test", "X-Forwarded-Host": "shop.example" },
	] as Record<string, string>[])("is rejected with 403 by %j", async (headers) => {
		expect(await post(headers)).toBe(403);
	});

	it.each([
		{ "Sec-Fetch-Site": "same-origin", Origin: "http://chat.test", Host: "chat.test" },
		{ "Sec-Fetch-Site": "none" },
		{ Origin: "http://chat.test", Host: "chat.test" },
		{ Origin: "https://shop.example", Host: "127.0.0.1:3000", "X-Forwarded-Host": "shop.example" },
		{},
	] as Record<string, string>[])("is not what %j says, so it is accepted", async (headers) => {
		expect(await post(headers)).toBe(200);
	});

	it("may use the API, which takes a token and no cookie", async () => {
		expect(await post({ "Sec-Fetch-Site": "cross-site" }, "/api/chat/messages")).toBe(200);
	});
});
