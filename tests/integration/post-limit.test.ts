import { describe, expect, it } from "vitest";
import { action as messages } from "#app/routes/api/messages.ts";
import { action as chatActions } from "#app/routes/chat/actions.ts";
import { makeSession } from "#tests/factories.ts";
import { apiKey, asVisitor } from "#tests/people.ts";
import { call, form, json, type Sender } from "#tests/request.ts";

const post = (sessionId: string, message: string, as: Sender) =>
	call(messages, json("POST", "/api/chat/messages", { sessionId, message }, as));
const MAX_MESSAGE_CHARACTERS = 300_000;
const LONGEST_TEXT = "y".repeat(10_000);

describe("messages from one address", () => {
	it("are limited in their characters, however many visitors write them, but not for programs", async () => {
		const key = await apiKey();
		const own = await makeSession((await asVisitor()).identity);
		const statuses: number[] = [];
		for (let sent = 0; sent <= MAX_MESSAGE_CHARACTERS; sent += LONGEST_TEXT.length) {
			const ada = await asVisitor();
			statuses.push((await post(await makeSession(ada.identity), LONGEST_TEXT, ada.bearer)).status);
		}
		expect(statuses.pop()).toBe(429);
		expect(new Set(statuses)).toEqual(new Set([201]));
		const eve = await asVisitor();
		const refused = await call(
			chatActions,
			form("/chat/actions", { intent: "send", message: LONGEST_TEXT }, eve.cookie),
		);
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
		expect((await post(own, "An answer", key)).status).toBe(201);
	});
});
