import { beforeAll, describe, expect, it } from "vitest";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { listBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { action as blockedForm, loader as blockedPage } from "#app/routes/admin/blocked/page.tsx";
import { action as submitScripted } from "#app/routes/admin/conversation/actions.ts";
import { action as submitPlain } from "#app/routes/admin/conversation/page.tsx";
import { action as aiResponse } from "#app/routes/api/ai-response.ts";
import { action as messages } from "#app/routes/api/messages.ts";
import { action as sessions } from "#app/routes/api/sessions.ts";
import { action as chatActions } from "#app/routes/chat/actions.ts";
import { action as chatPage } from "#app/routes/chat/page.tsx";
import { makeSession, messagesOf, sessionRow, sessionsOf } from "#tests/factories.ts";
import { apiKey, asAgent, asCustomer, asVisitor, signIdentityToken, type TestAgent } from "#tests/people.ts";
import { bodyOf, call, form, get, json, type Sender } from "#tests/request.ts";

let anna: TestAgent;
beforeAll(async () => {
	anna = await asAgent("Anna Berg");
});

const act = (sessionId: string, intent: string, as: Sender = anna) =>
	call(submitScripted, form(`/admin/chat/${sessionId}/actions`, { intent }, as), { sessionId });
const send = (fields: Record<string, string>, as: Sender) =>
	call(chatActions, form("/chat/actions", fields, as));
const post = (sessionId: string, message: string, as: Sender) =>
	call(messages, json("POST", "/api/chat/messages", { sessionId, message }, as));

describe("a blocked sender", () => {
	it.each(["block", "spam"])("is refused on every route after %s, and nothing is stored", async (intent) => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Buy my pills");
		expect((await act(sessionId, intent)).status).toBe(200);
		const before = await messagesOf(sessionId);
		expect(await sessionRow(sessionId)).toMatchObject({ isActive: false, status: "ended" });
		const attempts = [
			() => send({ intent: "send", message: "Again", sessionId }, ada.cookie),
			() => send({ intent: "send", message: "Again" }, ada.cookie),
			() => send({ intent: "request-agent" }, ada.cookie),
			() => post(sessionId, "Again", ada.bearer),
			() => call(sessions, json("PUT", "/api/chat/sessions", { sessionId, status: "queued" }, ada.bearer)),
			() => call(aiResponse, json("POST", "/api/chat/ai-response", { sessionId }, ada.bearer)),
			() => call(aiResponse, json("POST", "/api/chat/ai-response", { message: "Hello?" }, ada.bearer)),
		];
		for (const [index, attempt] of attempts.entries()) {
			const response = await attempt();
			expect([index, response.status]).toEqual([index, 403]);
			expect(response.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
			expect((await bodyOf(response)).detail).toContain("We can't take messages from you");
		}
		const plain = await call(chatPage, form("/chat", { intent: "send", message: "By form" }, ada.cookie));
		expect(plain.status).toBe(403);
		expect(await plain.text()).toContain("By form");
		expect(await messagesOf(sessionId)).toEqual(before);
		expect(await sessionsOf(ada.identity.visitorId)).toHaveLength(1);
	});

	it("can write again after the block is removed, from the session or from the list", async () => {
		for (const undo of [
			(sessionId: string) => act(sessionId, "unblock"),
			async (_: string, sender: string) =>
				call(blockedForm, form("/admin/blocked", { intent: "unblock", sender }, anna)),
		]) {
			const ada = await asVisitor();
			const sessionId = await makeSession(ada.identity, "Hello");
			await act(sessionId, "block");
			expect((await undo(sessionId, ada.identity.visitorId)).status).toBeLessThan(400);
			expect((await send({ intent: "send", message: "Back" }, ada.cookie)).status).toBe(200);
		}
	});

	it("is stored with the agent and the time, once", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		const bert = await asAgent("Bert Lund");
		await act(sessionId, "spam");
		await act(sessionId, "block", bert);
		const entry = (await listBlocked(10)).find(({ sender }) => sender === ada.identity.visitorId);
		expect(entry).toMatchObject({ reason: "spam", by: "Anna Berg", sessionId });
		expect(Math.abs(Date.parse(String(entry?.at)) - Date.now())).toBeLessThan(60_000);
		const page = await call(blockedPage, get("/admin/blocked", anna));
		expect(await page.text()).toContain(ada.identity.visitorId);
	});

	it("who is a customer is refused in every browser, and other customers are not", async () => {
		const ada = await asCustomer();
		const second = await asCustomer(ada.customerId);
		const other = await asCustomer();
		const sessionId = await makeSession(ada.identity, "Hello");
		const elsewhere = await makeSession(second.identity, "From the phone");
		await act(sessionId, "block");
		expect(await sessionRow(elsewhere)).toMatchObject({ isActive: false });
		expect((await send({ intent: "send", message: "Again" }, second.cookie)).status).toBe(403);
		const opened = await call(
			sessions,
			json("POST", "/api/chat/sessions", { customer: await signIdentityToken(ada.customerId) }),
		);
		expect(opened.status).toBe(403);
		expect((await send({ intent: "send", message: "Hello" }, other.cookie)).status).toBe(200);
	});

	it("who was a guest stays refused after signing in, which changes the visitor id", async () => {
		const guest = await asVisitor();
		const sessionId = await makeSession(guest.identity, "Hello");
		await act(sessionId, "block");
		const { customerId } = await asCustomer();
		const fields = { intent: "sign-in", identity: await signIdentityToken(customerId) };
		const signedIn = await call(chatPage, form("/chat", fields, guest.cookie));
		const [cookie = ""] = signedIn.headers.getSetCookie();
		expect(cookie).toContain("mevi_customer=");
		const again = { intent: "send", message: "Me again" };
		expect((await send(again, { headers: { Cookie: cookie.split(";")[0] ?? "" } })).status).toBe(403);
	});

	it("loses a session that another agent has", async () => {
		const bert = await asAgent("Bert Lund");
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		await takeOver(sessionId, { agentId: bert.agentId, name: bert.name });
		await act(sessionId, "block");
		expect((await sessionRow(sessionId)).isActive).toBe(false);
	});
});

describe("blocking", () => {
	it("is for agents only, on every route", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		const key = await apiKey();
		for (const as of [{}, ada.cookie, ada.bearer, key]) {
			for (const intent of ["block", "spam", "unblock"]) {
				expect((await act(sessionId, intent, as)).status).toBe(401);
				const plain = await call(submitPlain, form(`/admin/chat/${sessionId}`, { intent }, as), {
					sessionId,
				});
				expect(plain.status).toBe(302);
				expect((await send({ intent, sessionId }, as)).status).toBeGreaterThanOrEqual(400);
			}
			const list = await call(blockedPage, get("/admin/blocked", as));
			expect([list.status, list.headers.get("Location")]).toEqual([
				302,
				"/admin/login?next=%2Fadmin%2Fblocked",
			]);
			const undo = form("/admin/blocked", { intent: "unblock", sender: ada.identity.visitorId }, as);
			expect((await call(blockedForm, undo)).headers.get("Location")).toBe("/admin/login");
		}
		expect((await sessionRow(sessionId)).isActive).toBe(true);
		expect((await send({ intent: "send", message: "Still here" }, ada.cookie)).status).toBe(200);
	});
});
