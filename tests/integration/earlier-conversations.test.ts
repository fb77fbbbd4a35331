import { createElement } from "react";
import { expect, it } from "vitest";
import { endSession } from "#app/models/chat-session/change.server.ts";
import type { EarlierSession } from "#app/models/chat-session/earlier.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { loader as conversation } from "#app/routes/chat/earlier/conversation.tsx";
import { loader as list } from "#app/routes/chat/earlier/list.tsx";
import { loader as chat } from "#app/routes/chat/page.tsx";
import { Welcome } from "#app/routes/chat/welcome.tsx";
import { sql } from "#db/client.server.ts";
import { makeSession, unusedId } from "#tests/factories.ts";
import { asCustomer, asVisitor, type TestCustomer } from "#tests/people.ts";
import { bodyOf, call, get } from "#tests/request.ts";

type List = { sessions: EarlierSession[]; next: string | null };

async function ended(who: TestCustomer, ...texts: string[]): Promise<string> {
	const sessionId = await makeSession(who.identity, ...texts);
	await endSession(sessionId, { type: "customer", identity: who.identity });
	return sessionId;
}
const listOf = async (who: TestCustomer, query = "") =>
	bodyOf<List>(await call(list, get(`/chat/earlier${query}`, who.cookie)));
const read = (who: TestCustomer, sessionId: string, query = "") =>
	call(conversation, get(`/chat/earlier/${sessionId}${query}`, who.cookie), { sessionId });

it("lists a customer's ended sessions, newest first, with their first message, and no one else's", async () => {
	for (const ana of [await asVisitor(), await asCustomer()]) {
		const first = await ended(ana, "Where is my lamp?", "It is late");
		const long = await ended(ana, "x".repeat(500));
		const silent = await ended(ana);
		const open = await makeSession(ana.identity, "Still open");
		await ended(await asVisitor(), "Somebody else's");
		const { sessions, next } = await listOf(ana);
		expect(sessions.map(({ sessionId, firstMessagePreview }) => [sessionId, firstMessagePreview])).toEqual([
			[silent, null],
			[long, "x".repeat(140)],
			[first, "Where is my lamp?"],
		]);
		expect(next).toBeNull();
		const page = await bodyOf<{ hasEarlier: boolean }>(await call(chat, get("/chat", ana.cookie)));
		expect(page.hasEarlier).toBe(true);
		expect((await read(ana, open)).headers.get("Location"), "an open one is at /chat").toBe("/chat");
		const answer = await read(ana, first);
		expect(answer.status).toBe(200);
		const { messages } = await bodyOf<{ messages: Message[] }>(answer);
		expect(messages.map(({ message }) => message).slice(0, 2)).toEqual(["Where is my lamp?", "It is late"]);
	}
});

it("answers 404 for another customer's session and for invalid ids", async () => {
	const ana = await asVisitor();
	const sessionId = await ended(ana, "Mine");
	for (const other of [await asVisitor(), await asCustomer()]) {
		expect((await read(other, sessionId)).status).toBe(404);
	}
	for (const id of [unusedId(), "none", "%00", "' or 1=1 --"]) expect((await read(ana, id)).status).toBe(404);
});

it("pages without gaps or repeats, also for sessions of the same moment, and ignores an invalid position", async () => {
	const ana = await asVisitor();
	const made: string[] = [];
	for (let count = 0; count < 24; count += 1) made.push(await ended(ana, `Question ${count}`));
	await sql`update chat_sessions set started_at = '2026-11-20' where visitor_id = ${ana.identity.visitorId}`;
	const seen: string[] = [];
	let query = "";
	for (;;) {
		const { sessions, next } = await listOf(ana, query);
		expect(sessions.length).toBeLessThanOrEqual(20);
		seen.push(...sessions.map(({ sessionId }) => sessionId));
		if (!next) break;
		query = `?before=${next}`;
	}
	expect(seen).toEqual([...made].reverse());
	expect((await listOf(ana, "?before=nonsense")).sessions).toHaveLength(20);
	expect((await listOf(ana, `?before=${unusedId()}`)).sessions).toEqual([]);
});

it("is empty for a new visitor, and /chat does not link to it", async () => {
	const ana = await asVisitor();
	expect(await listOf(ana)).toMatchObject({ sessions: [], next: null });
	const { hasEarlier } = await bodyOf<{ hasEarlier: boolean }>(await call(chat, get("/chat", ana.cookie)));
	expect(hasEarlier).toBe(false);
	const { renderToStaticMarkup } = await import("react-dom/server");
	expect(renderToStaticMarkup(createElement(Welcome, { hasEarlier }))).not.toContain("/chat/earlier");
	expect(renderToStaticMarkup(createElement(Welcome, { hasEarlier: true }))).toContain("/chat/earlier");
});
