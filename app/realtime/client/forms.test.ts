import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { postForm, readProblem, readRefusal } from "./forms.ts";

const server = createServer((request, response) => {
	if (request.url === "/hangs") return;
	response.writeHead(422, { "Content-Type": "application/problem+json" });
	response.end(JSON.stringify({ detail: "Not so.", errors: { message: ["Write a message first."] } }));
});
afterEach(() => {
	server.closeAllConnections();
	server.close();
});

it("ends a request that is not answered, so that it can be sent again, and reads why one was refused", async () => {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	await expect(postForm(`${address}/hangs`, { intent: "send" }, 100)).rejects.toThrow(/timeout/i);
	const refused = await postForm(`${address}/refuses`, { intent: "send" });
	expect(await readRefusal(refused.clone())).toEqual({
		text: "Write a message first.",
		byField: { message: "Write a message first." },
	});
	expect(await readProblem(refused)).toBe("Write a message first.");
	expect(await readProblem(new Response("<h1>Bad gateway</h1>"))).toBe(
		"That did not work. Please try again.",
	);
});
