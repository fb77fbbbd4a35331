import { randomUUID } from "node:crypto";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { answerApiMessage } from "#app/ai/api-answer.server.ts";
import { setEnv } from "#app/env.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { createAgent, recordAgentActivity, recordAgentSignOut } from "#app/models/agent/agent.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { refreshExpectedWait } from "#app/models/chat-session/expected-wait.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { sessionForCustomer } from "#app/models/chat-session/present.server.ts";
import { publishQueueChanges } from "#app/models/chat-session/publish-queue.server.ts";
import { requestAgent, saveContactEmail } from "#app/models/chat-session/queue.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { ensureCustomer } from "#app/models/customer/customer.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { resetSetting, saveSetting } from "#app/models/setting/store.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { action as chatActions } from "#app/routes/chat/actions.ts";
import { loader as chatLoader, action as chatPage } from "#app/routes/chat/page.tsx";
import type { ChatPageData } from "#app/routes/chat/page-data.server.ts";
import { WaitingPanel } from "#app/routes/chat/waiting-panel.tsx";
import { db, sql } from "#db/client.server.ts";
import { orders } from "#db/schema.ts";
import { eventsOf, makeSession, messagesOf, sessionRow } from "#tests/factories.ts";
import { asCustomer, asVisitor, type TestCustomer } from "#tests/people.ts";
import { bodyOf, call, form, get } from "#tests/request.ts";
import { callsTools, fails, type Reply, startOpenAiServer, streamsText } from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

let stopWorker: ((graceMs: number) => Promise<void>) | null = null;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(() => setEnv({ RATE_LIMITS: "off" }));
afterEach(async () => {
	await stopWorker?.(0);
	stopWorker = null;
	for (const close of cleanups.splice(0)) await close();
	for (const key of ["business_hours", "escalation", "assistant_caps", "queue", "ai_prices"] as const)
		await resetSetting(key);
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", AI_DAILY_BUDGET: "", SMTP_URL: "" });
	await sql`delete from ai_usage`;
	// Removes the sessions of this test from the queue, because the next test counts queue positions.
	await sql`update chat_sessions set status = 'ended', is_active = false, queued_at = null, assigned_at = null`;
	await sql`update chat_agents set status = 'offline'`;
});
afterAll(() => setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }));

async function withModel(...script: [Reply, ...Reply[]]) {
	const server = await startOpenAiServer(...script);
	cleanups.push(server.close);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "scripted-1" });
	return server;
}

async function newCustomer(customerId: string | null = null, locale = "en") {
	if (customerId) await ensureCustomer(customerId);
	const identity = { visitorId: randomUUID(), customerId };
	const sessionId = await createEmptySession(identity, { locale });
	const actor = { type: "customer", identity } as const;
	const messagesFrom = async (sender: string) =>
		(await messagesOf(sessionId)).filter((one) => one.senderType === sender).map(({ message }) => message);
	return {
		sessionId,
		actor,
		ask: (message: string) => postMessage(sessionId, actor, { message }),
		bots: () => messagesFrom("bot"),
		notices: () => messagesFrom("system"),
		row: () => sessionRow(sessionId),
		/** The session's data in the newest event of a stream. */
		newestSession: async (stream: "public" | "internal") => {
			const events = await eventsOf(sessionId, stream);
			const newest = events.findLast(({ type }) => type === "session-updated");
			return (newest?.data as { session: Session } | undefined)?.session;
		},
	};
}

/**
 * Creates sessions whose wait for an agent has ended after these numbers of minutes, and computes the expected
 * waiting time again.
 */
async function haveWaited(agent: { agentId: string; name: string }, waits: number[]) {
	for (const minutes of waits) {
		const other = await newCustomer();
		await requestAgent(other.sessionId, other.actor);
		await takeOver(other.sessionId, agent);
		await sql`update chat_sessions set queued_at = assigned_at - ${minutes} * interval '1 minute' where session_id = ${other.sessionId}`;
	}
	await refreshExpectedWait();
}

/** The text of the waiting panel on a queued customer's page. */
async function waitingPanelOf({ cookie }: TestCustomer): Promise<string> {
	const { session, knownEmail } = await bodyOf<ChatPageData>(await call(chatLoader, get("/chat", cookie)));
	if (!session?.queue) throw new Error("The customer is not waiting.");
	const panel = {
		session,
		queue: session.queue,
		knownEmail,
		refusal: null,
		onPostForm: async () => ({ isAccepted: true, errors: {} }),
	};
	return renderToStaticMarkup(createElement(WaitingPanel, panel));
}

const untilQueued = (ana: Awaited<ReturnType<typeof newCustomer>>) =>
	until(async () => {
		const row = await ana.row();
		expect(row.status).toBe("queued");
		return row;
	});

async function agentAtWork(name: string) {
	const { agentId } = await createAgent({
		email: `${randomUUID()}@store.test`,
		name,
		password: "a-long-password",
	});
	await recordAgentActivity(agentId);
	return { agentId, name };
}

describe("an agent is called", () => {
	it.each([
		["You will hear from my lawyer about this", "legal", "A colleague should look at this"],
		["The lamp caught fire last night", "safety", "A colleague should look at this"],
		["This is absolutely ridiculous, you are useless", "customer-upset", "I'm sorry about this"],
		["quiero hablar con una persona", "requested", "Aviso a alguien de nuestro equipo"],
		["אני רוצה לדבר עם נציג", "requested", "אני מבקש מנציג"],
		["أريد التحدث مع موظف", "requested", "سأطلب من أحد أفراد"],
	])("for %j, before any model is asked", async (question, reason, words) => {
		const model = await withModel(streamsText("Never asked."));
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask(question);
		const row = await untilQueued(ana);
		expect(row.queueReason).toBe(reason);
		expect((await ana.bots()).at(-1)).toContain(words);
		expect(model.requests.filter(({ body }) => body.tools)).toHaveLength(0);
	});

	it("for a topic that the owner has named, and not for one that is switched off", async () => {
		await saveSetting("escalation", {
			legal: false,
			topics: [{ name: "wholesale", words: ["bulk order"] }],
		});
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("Can I place a bulk order of lamps?");
		expect((await untilQueued(ana)).queueReason).toBe("topic:wholesale");
		const ben = await newCustomer();
		await ben.ask("My lawyer likes your lamps");
		await until(async () => expect(await ben.bots()).toHaveLength(1));
		expect((await ben.row()).status).toBe("assistant");
	});

	it("for a refund above the owner's limit, of an order of the customer", async () => {
		await saveSetting("escalation", { refundOver: 100 });
		stopWorker = startWorker();
		const [dear, cheap] = [`dear_${randomUUID()}`, `cheap_${randomUUID()}`];
		for (const [index, customerId] of [dear, cheap].entries()) {
			await ensureCustomer(customerId);
			await db.insert(orders).values({
				number: `W880000${index}`,
				customerId,
				status: "delivered",
				items: [],
				totalCents: index === 0 ? 10_001 : 10_000,
				placedAt: new Date(),
			});
		}
		const ana = await newCustomer(dear);
		await ana.ask("I want a refund for order W8800000");
		expect((await untilQueued(ana)).queueReason).toBe("large-refund");
		const ben = await newCustomer(cheap);
		await ben.ask("I want a refund for order W8800001");
		await until(async () => expect(await ben.bots()).not.toEqual([]));
		expect((await ben.row()).status).toBe("assistant");
	});

	it("when the assistant cannot answer twice in a row, and not the first time", async () => {
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("What is the airspeed of an unladen swallow?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		expect((await ana.row()).status).toBe("assistant");
		await ana.ask("Who painted the ceiling of the Sistine Chapel?");
		expect((await untilQueued(ana)).queueReason).toBe("assistant-unsure");
		expect((await ana.bots()).at(-1)).toMatch(/^I don't know that either/);
	});

	it("when a model cannot answer twice in a row, and its own text stays", async () => {
		await withModel(streamsText("[unknown] I do not know. Shall I call a colleague?"));
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("What is the airspeed of a swallow?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		await ana.ask("And of a coconut, carried by two?");
		await untilQueued(ana);
		expect((await ana.bots()).at(-1)).toMatch(
			/^I do not know\. Shall I call a colleague\?\n\nI don't know that either/,
		);
	});

	it("when a yes follows the offer of an agent, also while the provider is unavailable", async () => {
		await withModel(streamsText("[unknown] I do not know. Shall I call a colleague?"), fails(500));
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("What is the airspeed of a swallow?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		await ana.ask("Yes please");
		expect((await untilQueued(ana)).queueReason).toBe("requested");
	});

	it("once, however often a model asks for one", async () => {
		const hundred = Array.from({ length: 100 }, () => ({
			name: "escalate",
			arguments: { reason: "requested" },
		}));
		await withModel(
			callsTools(hundred),
			callsTools(hundred),
			callsTools(hundred),
			streamsText("Somebody comes."),
		);
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("Tell me about the moon lamp warranty for my collection");
		await untilQueued(ana);
		await requestAgent(ana.sessionId, ana.actor);
		expect(
			(await ana.notices()).filter((text) => text === "We've asked a member of our team to join."),
		).toHaveLength(1);
	});
});

describe("a queued customer is told", () => {
	it("the truth when there are too few waits to estimate, and an estimate when there are enough", async () => {
		const agent = await agentAtWork("Wanda");
		const first = await newCustomer();
		await refreshExpectedWait();
		const session = await requestAgent(first.sessionId, first.actor);
		expect(session.queue).toMatchObject({
			state: "waiting",
			recentWaitSeconds: null,
			text: "You are number 1 in the queue. We don't know yet how long it will take.",
		});
		await haveWaited(agent, [2, 4, 30]);
		const last = await newCustomer();
		const newestSession = await requestAgent(last.sessionId, last.actor);
		expect(newestSession.queue).toMatchObject({
			position: 2,
			recentWaitSeconds: 240,
			text: "You are number 2 in the queue. Current wait: about 4 minutes.",
		});
		expect(await last.newestSession("public")).toMatchObject({ queue: { position: 2 }, handover: null });
	});

	it("the waits of others, when the queue does not move", async () => {
		const agent = await agentAtWork("Stella");
		await haveWaited(agent, [1, 1, 1]);
		for (const minutes of [30, 31, 32, 33]) {
			const other = await newCustomer();
			await requestAgent(other.sessionId, other.actor);
			await sql`update chat_sessions set queued_at = now() - ${minutes} * interval '1 minute' where session_id = ${other.sessionId}`;
		}
		await refreshExpectedWait();
		const last = await newCustomer();
		const { queue } = await requestAgent(last.sessionId, last.actor);
		expect(queue?.text).toBe("You are number 5 in the queue. Current wait: about 30 minutes.");
	});

	it("no number that has proved wrong for them", async () => {
		const agent = await agentAtWork("Nora");
		await haveWaited(agent, [1, 1, 1]);
		const ana = await newCustomer();
		await requestAgent(ana.sessionId, ana.actor);
		await sql`update chat_sessions set queued_at = now() - interval '5 minutes' where session_id = ${ana.sessionId}`;
		const view = await requireSession(ana.sessionId, ana.actor);
		expect(sessionForCustomer(view).queue).toMatchObject({ recentWaitSeconds: null });
	});

	it("the wait without a number in the transcript, in any notice", async () => {
		const agent = await agentAtWork("Wim");
		await haveWaited(agent, [2, 4, 30]);
		for (const language of ["en", "de", "ar", "pl"]) {
			const ana = await newCustomer(null, language);
			await requestAgent(ana.sessionId, ana.actor);
			await sql`update chat_sessions set queue_deadline = now() - interval '1 minute' where session_id = ${ana.sessionId}`;
			await repairUnattended();
			const messagesFrom = await messagesOf(ana.sessionId);
			expect(messagesFrom.map(({ metadata }) => metadata.notice)).toEqual(["queued", "queue-overdue"]);
			for (const { message, metadata } of messagesFrom) {
				expect(`${message} ${metadata.translation?.text}`).not.toMatch(/\p{N}/u);
				expect(metadata).not.toHaveProperty("queuePosition");
			}
		}
	});

	it("when an agent comes or goes, when the wait grows and when the store opens", async () => {
		const ana = await newCustomer();
		await requestAgent(ana.sessionId, ana.actor);
		const queueText = async () => {
			await refreshExpectedWait();
			await publishQueueChanges();
			return (await ana.newestSession("public"))?.queue?.text;
		};
		const eventCount = async () => (await eventsOf(ana.sessionId)).length;
		expect(await queueText()).toContain("Our team is offline right now.");
		const before = await eventCount();
		await queueText();
		expect(await eventCount(), "nothing changed, nothing is announced").toBe(before);
		const agent = await agentAtWork("Ida");
		expect(await queueText()).toBe("You are number 1 in the queue. We don't know yet how long it will take.");
		await haveWaited(agent, [2, 4, 30]);
		expect(await queueText()).toContain("Current wait: about 4 minutes.");
		await recordAgentSignOut(agent.agentId);
		expect(await queueText()).toContain("Our team is offline right now.");
		await saveSetting("business_hours", { timeZone: "UTC", days: {} });
		expect(await queueText()).toContain("We are away now.");
		await resetSetting("business_hours");
		expect(await queueText()).toContain("Our team is offline right now.");
	});

	it("also when the session began in the queue, before anybody leaves it", async () => {
		setEnv({ ASSISTANT: "off" });
		try {
			const ana = await newCustomer();
			await ana.ask("Hello, is somebody there?");
			expect(await ana.row()).toMatchObject({ status: "queued" });
			expect(await publishQueueChanges()).toBeGreaterThan(0);
			expect((await ana.newestSession("public"))?.queue).toMatchObject({ position: 1 });
			expect(await publishQueueChanges(), "nothing changed, nothing is announced").toBe(0);
			const agent = await agentAtWork("Rosa");
			await publishQueueChanges();
			expect((await ana.newestSession("public"))?.queue?.text).toContain("You are number 1 in the queue.");
			await recordAgentSignOut(agent.agentId);
		} finally {
			setEnv({ ASSISTANT: "on" });
		}
	});

	it("once, when several processes look at the same time", async () => {
		const ana = await newCustomer();
		await requestAgent(ana.sessionId, ana.actor);
		await agentAtWork("Olga");
		const before = (await eventsOf(ana.sessionId)).length;
		const counts = await Promise.all(Array.from({ length: 5 }, () => publishQueueChanges()));
		expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
		expect((await eventsOf(ana.sessionId)).length).toBe(before + 1);
	});

	it("the next opening outside business hours, with a deadline that begins then", async () => {
		await agentAtWork("Nightly");
		// The store is open only on the weekday of tomorrow (in the store's time zone), so that it is closed now on
		// whatever day the test runs.
		const inTokyo = new Intl.DateTimeFormat("en-US", { timeZone: "Asia/Tokyo", weekday: "short" });
		const tomorrow = inTokyo.format(new Date(Date.now() + 86_400_000)).toLowerCase();
		await saveSetting("business_hours", {
			timeZone: "Asia/Tokyo",
			days: { [tomorrow]: [["09:00", "17:00"]] },
		});
		await saveSetting("queue", { answerWithinMinutes: 20 });
		const ana = await newCustomer();
		const { queue } = await requestAgent(ana.sessionId, ana.actor);
		expect(queue).toMatchObject({ state: "closed", timeZone: "Asia/Tokyo" });
		expect(Date.parse(queue?.deadline ?? "") - Date.parse(queue?.opensAt ?? "")).toBe(20 * 60_000);
		expect(queue?.text).toMatch(/We are away now and back on \w+day \d+ \w+ at 09:00 \(Asia\/Tokyo\)\.$/);
	});

	it("that no agent is available, and can leave an email address with or without scripts", async () => {
		const visitor = await asVisitor();
		const post = (fields: Record<string, string>) => call(chatPage, form("/chat", fields, visitor.cookie));
		expect((await post({ intent: "request-agent" })).status).toBe(303);
		const [row] =
			await sql`select session_id from chat_sessions where visitor_id = ${visitor.identity.visitorId}`;
		const sessionId = String(row?.session_id);
		const shown = () => waitingPanelOf(visitor);
		expect(await shown()).toContain("Our team is offline right now.");
		expect(await shown(), "no mail can be sent").not.toContain("Where can we reach you?");
		setEnv({ SMTP_URL: "smtp://127.0.0.1:1" });
		expect(await shown()).toContain("Where can we reach you?");
		const wrong = await post({ intent: "leave-email", email: "nobody at home", sessionId });
		expect(wrong.status).toBe(422);
		expect(await bodyOf(wrong)).toMatchObject({ intent: "leave-email", typed: { email: "nobody at home" } });
		expect((await post({ intent: "leave-email", email: " ana@example.com ", sessionId })).status).toBe(303);
		await call(
			chatActions,
			form("/chat/actions", { intent: "leave-email", email: "ana@example.com", sessionId }, visitor.cookie),
		);
		expect((await sessionRow(sessionId)).contactEmail).toBe("ana@example.com");
		const thanks = (await messagesOf(sessionId)).filter(({ message }) => message.includes("ana@example.com"));
		expect(thanks).toHaveLength(1);
		const stranger = await asVisitor();
		const foreign = await call(
			chatPage,
			form("/chat", { intent: "leave-email", email: "eve@example.com", sessionId }, stranger.cookie),
		);
		expect(foreign.status).toBe(404);
	});
});

it("with a prefilled email address: the customer's own, or one given before", async () => {
	setEnv({ SMTP_URL: "smtp://127.0.0.1:1" });
	const visitor = await asVisitor();
	const [first, second] = [await makeSession(visitor.identity), await makeSession(visitor.identity)];
	const actor = { type: "customer", identity: visitor.identity } as const;
	await requestAgent(first, actor);
	await saveContactEmail(first, actor, "earlier@example.com");
	await endSession(first, actor);
	await requestAgent(second, actor);
	expect(await waitingPanelOf(visitor)).toContain('value="earlier@example.com"');
	const stranger = await asVisitor();
	await requestAgent(await makeSession(stranger.identity), { type: "customer", identity: stranger.identity });
	expect(await waitingPanelOf(stranger)).toContain('value=""');
	const customer = await asCustomer();
	await sql`update customers set email = 'own@example.com' where id = ${customer.customerId}`;
	await requestAgent(await makeSession(customer.identity), { type: "customer", identity: customer.identity });
	expect(await waitingPanelOf(customer)).toContain('value="own@example.com"');
});

describe("the agent gets", () => {
	it("the intent and what was tried, from the session itself without a model", async () => {
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("What is the airspeed of an unladen swallow, order W2611340?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		await ana.ask("A human, please");
		await untilQueued(ana);
		const row = await until(async () => {
			const now = await ana.row();
			expect(now.handover).not.toBeNull();
			return now;
		});
		expect(row.handover?.summary).toBe(
			"First message: “What is the airspeed of an unladen swallow, order W2611340?”\nLatest message: “A human, please”\nOrder mentioned: #W2611340",
		);
		expect(row.handover?.tried.at(-1)).toBe("Assistant brought in a person");
		expect(await ana.newestSession("internal")).toMatchObject({ handover: row.handover });
		expect(await ana.newestSession("public")).toMatchObject({ handover: null });
	});

	it("a summary by the small model if there is one, and quotations when it fails", async () => {
		const model = await withModel(streamsText("Ana wants to return a lamp; nothing was answered."));
		setEnv({ OPENAI_SMALL_MODEL: "scripted-small" });
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("I want to talk to a human about my lamp");
		await until(async () =>
			expect((await ana.row()).handover?.summary).toBe("Ana wants to return a lamp; nothing was answered."),
		);
		expect(model.requests.map(({ body }) => body.model)).toEqual(["scripted-small"]);
		expect(JSON.stringify(model.requests[0]?.body.messages)).toContain("about my lamp");
		const [usage] =
			await sql`select purpose, model, calls, prompt_tokens::int, cost_micros::int from ai_usage`;
		expect(usage).toMatchObject({
			purpose: "handover",
			model: "scripted-small",
			calls: 1,
			prompt_tokens: 100,
		});
		await withModel(fails(500));
		const ben = await newCustomer();
		await ben.ask("I want to talk to a human about my chair");
		await until(async () => expect((await ben.row()).handover?.summary).toContain("about my chair"));
		setEnv({ OPENAI_SMALL_MODEL: "" });
	});
});

describe("limits", () => {
	it("count every call, for the day, the turn and the session", async () => {
		await saveSetting("ai_prices", { "scripted-1": { input: 10, output: 50 } });
		await withModel(streamsText("An answer."));
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("May I return a lamp?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		// The scripted model server reports 100 input and 20 output tokens for each call.
		const cost = 100 * 10 + 20 * 50;
		const turn = await getLatestTurn(ana.sessionId);
		expect(turn).toMatchObject({ costMicros: cost, reservedMicros: 0 });
		expect(turn?.firstWordAt).not.toBeNull();
		expect((await ana.row()).aiCostMicros).toBe(cost);
		const rows =
			await sql`select purpose, calls, prompt_tokens::int, completion_tokens::int, cost_micros::int from ai_usage`;
		expect(rows).toEqual([
			{ purpose: "answer", calls: 1, prompt_tokens: 100, completion_tokens: 20, cost_micros: cost },
		]);
	});

	it("reserve the day's budget during a burst, so that it is not exceeded", async () => {
		// The budget reserves 6,000 input and 600 output tokens for an answer, which cost 6.6 cents, so that three
		// answers fit into a budget of 20 cents.
		await saveSetting("ai_prices", { "scripted-1": { input: 10, output: 10 } });
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		const model = await withModel(async (response, request) => {
			await held;
			await streamsText("An answer.")(response, request);
		});
		setEnv({ AI_DAILY_BUDGET: "0.2" });
		stopWorker = startWorker();
		const people = await Promise.all(Array.from({ length: 12 }, () => newCustomer()));
		// The questions differ, because equal questions would share one answer.
		const ask = (ana: (typeof people)[number], at: number) => ana.ask(`Tell me story ${at} of the moon lamp`);
		await Promise.all(people.map(ask));
		await until(async () => {
			const rows = await Promise.all(people.map((ana) => ana.row()));
			expect(rows.filter(({ queueReason }) => queueReason === "assistant-limit")).toHaveLength(9);
		});
		release();
		await until(async () => {
			const messagesFrom = await Promise.all(people.map((ana) => ana.bots()));
			expect(messagesFrom.filter((texts) => texts[0] === "An answer.")).toHaveLength(3);
		});
		expect(model.requests.filter(({ body }) => body.tools)).toHaveLength(3);
		const [spent] = await sql`select sum(cost_micros)::int as micros from ai_usage`;
		expect(spent?.micros).toBeLessThanOrEqual(200_000);
	});

	it("reserve the day's budget also for questions outside any session, and release it", async () => {
		await saveSetting("ai_prices", { "scripted-1": { input: 10, output: 10 } });
		let isHeld = true;
		const model = await withModel(async (response, request) => {
			await until(() => expect(isHeld).toBe(false));
			await streamsText("An answer.")(response, request);
		});
		setEnv({ AI_DAILY_BUDGET: "0.2" });
		const ask = (about: string) => {
			const message = `Tell me story ${about} of the moon lamp`;
			return answerApiMessage({ message, customerId: null, signal: new AbortController().signal }, () => {});
		};
		const reasons: (string | null)[] = [];
		const asked = Promise.all(
			Array.from({ length: 12 }, async (_, at) => reasons.push((await ask(String(at))).escalate.reason)),
		);
		// The held answers keep their reservations until every other question has been refused.
		await until(() => expect(reasons).toEqual(Array.from({ length: 9 }, () => "assistant-limit")));
		expect(model.requests.filter(({ body }) => body.tools)).toHaveLength(3);
		isHeld = false;
		await asked;
		expect((await ask("afterwards")).answer).toBe("An answer.");
	});

	it("that are reached still allow answers without a model, and hand over the rest", async () => {
		const model = await withModel(streamsText("Never asked."));
		setEnv({ AI_DAILY_BUDGET: "0" });
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("Hello");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		expect((await ana.row()).status).toBe("assistant");
		await ana.ask("Who painted the ceiling of the Sistine Chapel?");
		expect((await untilQueued(ana)).queueReason).toBe("assistant-limit");
		expect((await ana.bots()).at(-1)).toMatch(/^I've done what I can here\. I'm bringing someone in/);
		expect(model.requests).toHaveLength(0);
	});

	it("end a session's answers by their number and by their cost", async () => {
		await saveSetting("assistant_caps", { answersPerSession: 1 });
		await withModel(streamsText("The only answer."));
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("May I return a lamp?");
		await until(async () => expect(await ana.bots()).toHaveLength(1));
		await ana.ask("And a chair?");
		expect((await untilQueued(ana)).queueReason).toBe("assistant-limit");
		await resetSetting("assistant_caps");
		const ben = await newCustomer();
		await sql`update chat_sessions set ai_cost_micros = 600000 where session_id = ${ben.sessionId}`;
		await ben.ask("Who painted the ceiling of the Sistine Chapel?");
		expect((await untilQueued(ben)).queueReason).toBe("assistant-limit");
	});

	it("end an answer by its duration", async () => {
		await saveSetting("assistant_caps", { secondsPerAnswer: 5 });
		await withModel(() => {});
		stopWorker = startWorker();
		const ana = await newCustomer();
		await ana.ask("May I return a lamp?");
		expect((await untilQueued(ana)).queueReason).toBe("assistant-failed");
	});
});
