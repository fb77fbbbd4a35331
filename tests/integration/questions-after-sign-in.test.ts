import { afterEach, beforeEach, expect, it } from "vitest";
import { signIdentity } from "#app/auth/identity.server.ts";
import { setEnv } from "#app/env.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { action as chatPage } from "#app/routes/chat/page.tsx";
import { loader as signInPage } from "#app/routes/customer/sign-in.ts";
import { db, sql } from "#db/client.server.ts";
import { orders } from "#db/schema.ts";
import { messagesOf } from "#tests/factories.ts";
import { asCustomer, asVisitor, type TestCustomer } from "#tests/people.ts";
import { call, form, get } from "#tests/request.ts";
import { until } from "#tests/setup/until.ts";

let stopWorker: (graceMs: number) => Promise<void>;
beforeEach(() => {
	setEnv({ RATE_LIMITS: "off", SIGN_IN_URL: "https://shop.example/login?to={return}" });
	stopWorker = startWorker();
});
afterEach(async () => {
	await stopWorker(0);
	setEnv({ SIGN_IN_URL: "", PUBLIC_URL: "", MEVI_EMBEDDED: "" });
});

const post = (who: TestCustomer, fields: Record<string, string>) =>
	call(chatPage, form("/chat", fields, who.cookie));
const signIn = async (who: TestCustomer, customerId: string) =>
	post(who, { intent: "sign-in", identity: await signIdentity(customerId) });

/** Creates a guest who has asked about an order and whom the assistant has asked to sign in. */
async function guestWhoAsked() {
	const customer = await asCustomer();
	const order = { number: `W${7_000_000 + Math.floor(Math.random() * 999_999)}` };
	await db.insert(orders).values({
		...order,
		customerId: customer.customerId,
		status: "pending",
		items: [],
		totalCents: 4_000,
		placedAt: new Date(),
	});
	const guest = await asVisitor();
	expect((await post(guest, { intent: "send", message: "Where is my order?" })).status).toBe(303);
	const [row] =
		await sql`select session_id from chat_sessions where visitor_id = ${guest.identity.visitorId}`;
	const sessionId = String(row?.session_id);
	const bots = async () => (await messagesOf(sessionId)).filter(({ senderType }) => senderType === "bot");
	await until(async () => expect(await bots()).toHaveLength(1));
	return { customer, order, guest, sessionId, bots };
}

it("offers the sign-in, and answers once for the signed-in customer", async () => {
	const { customer, order, guest, sessionId, bots } = await guestWhoAsked();
	const [asked] = await bots();
	expect(asked?.message).toBe("Sign in and I'll look it up.");
	expect(asked?.metadata).toMatchObject({ identify: "sign-in", signIn: true });
	expect((await signIn(guest, customer.customerId)).status).toBe(303);
	await until(async () => expect((await bots()).at(-1)?.message).toContain(order.number));
	expect((await messagesOf(sessionId)).filter(({ senderType }) => senderType === "user")).toHaveLength(1);
	await signIn(guest, customer.customerId);
	const turns = await sql`select state from ai_turns where session_id = ${sessionId}`;
	expect(turns.map(({ state }) => state)).toEqual(["done", "done"]);
});

it("repeats nothing when an agent has the session or the question was another one", async () => {
	const { customer, guest, sessionId, bots } = await guestWhoAsked();
	await post(guest, { intent: "request-agent", sessionId });
	await signIn(guest, customer.customerId);
	expect(await bots()).toHaveLength(1);
	const other = await asVisitor();
	await post(other, { intent: "send", message: "hello" });
	const [row] =
		await sql`select session_id from chat_sessions where visitor_id = ${other.identity.visitorId}`;
	const id = String(row?.session_id);
	await until(async () => expect(await messagesOf(id)).toHaveLength(2));
	await signIn(other, (await asCustomer()).customerId);
	expect(await sql`select 1 from ai_turns where session_id = ${id}`).toHaveLength(1);
});

it("redirects to the shop's page with a return URL, and to the demo's on the embedded database only", async () => {
	setEnv({ PUBLIC_URL: "http://chat.shop.example" });
	const visitor = await asVisitor();
	const answer = await call(signInPage, get("/sign-in", visitor.cookie));
	expect(answer.status).toBe(302);
	expect(answer.headers.get("Location")).toBe(
		"https://shop.example/login?to=http%3A%2F%2Fchat.shop.example%2Fchat",
	);
	const back = await call(signInPage, get("/sign-in", (await asCustomer()).cookie));
	expect(back.headers.get("Location")).toBe("/chat");
	setEnv({ SIGN_IN_URL: "" });
	expect((await call(signInPage, get("/sign-in", visitor.cookie))).status).toBe(404);
	setEnv({ MEVI_EMBEDDED: "yes" });
	const demo = await call(signInPage, get("/sign-in", visitor.cookie));
	expect(demo.headers.get("Location")).toBe("/sign-in-as");
});
