import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { getLatestTurn, leaseTurn, releaseTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { readLiveAnswer } from "#app/realtime/live-answers.server.ts";
import { sql } from "#db/client.server.ts";
import {
	breaksOffAfter,
	type CapturedRequest,
	fails,
	fallsSilentAfter,
	type Reply,
	startOpenAiServer,
	streamsText,
	writeChunk,
} from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

let stopWorker: ((graceMs: number) => Promise<void>) | null = null;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(() => setEnv({ RATE_LIMITS: "off" }));
afterEach(async () => {
	await stopWorker?.(0);
	stopWorker = null;
	for (const close of cleanups.splice(0)) await close();
});
afterAll(() => setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }));

async function withModel(...script: [Reply, ...Reply[]]) {
	const server = await startOpenAiServer(...script);
	cleanups.push(server.close);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "scripted-1" });
	return server;
}

async function newCustomer() {
	const identity = { visitorId: randomUUID(), customerId: null };
	const sessionId = await createEmptySession(identity, { locale: "en" });
	const actor = { type: "customer", identity } as const;
	return {
		sessionId,
		actor,
		ask: (message: string) => postMessage(sessionId, actor, { message }),
		messageTexts: async () =>
			(await listMessages(sessionId, { limit: 100 })).messages.map(
				(item) => [item.senderType, item.message] as const,
			),
	};
}

const bots = (messageTexts: (readonly [string, string])[]) =>
	messageTexts.filter(([sender]) => sender === "bot");
const lastMessageText = (request: CapturedRequest | undefined) =>
	request?.body.messages.at(-1)?.content ?? "";

// First, because the retries of other tests would reach the model that these tests script.
describe("a checkpoint that cannot be saved", () => {
	/** Makes a session's first checkpoint with text fail with an error of the given SQLSTATE. */
	async function failFirstCheckpoint(sessionId: string, sqlstate: string): Promise<void> {
		await sql.unsafe(`
		create sequence failed_checkpoints;
		create function fail_first_checkpoint() returns trigger language plpgsql as $$ begin
			if nextval('failed_checkpoints') = 1 then raise exception 'a fault' using errcode = '${sqlstate}'; end if;
			return new;
		end $$;
		create trigger fail_first_checkpoint before update on ai_turns for each row
			when (new.session_id = '${sessionId}' and new.state = 'running' and new.partial <> '')
			execute function fail_first_checkpoint()`);
		onTestFinished(async () => {
			await sql.unsafe(`drop trigger fail_first_checkpoint on ai_turns;
				drop function fail_first_checkpoint; drop sequence failed_checkpoints`);
		});
	}
	const checkpointsTried = async () => {
		const [row] = await sql<{ count: number }[]>`
			select case when is_called then last_value else 0 end::int as count from failed_checkpoints`;
		return row?.count ?? 0;
	};

	it.each(["23514", "57014", "42883"])("restarts the answer and is logged: SQLSTATE %s", async (sqlstate) => {
		const logged = vi.spyOn(log, "error");
		onTestFinished(() => logged.mockRestore());
		const model = await withModel(fallsSilentAfter("Half an"), streamsText("Answered after all."));
		// A question of another test that is still due would take the model's first reply.
		await sql`delete from ai_turns`;
		const ana = await newCustomer();
		await ana.ask("May I return a lamp?");
		await failFirstCheckpoint(ana.sessionId, sqlstate);
		stopWorker = startWorker();
		await until(async () => expect(bots(await ana.messageTexts())).toEqual([["bot", "Answered after all."]]));
		expect(model.requests).toHaveLength(2);
		await until(() => {
			const lines = logged.mock.calls.map(([, line]) => line);
			expect(lines.filter((line) => line === "the checkpoint of an answer could not be saved")).toHaveLength(
				1,
			);
		});
	});

	it.each(["57P01", "08006"])(
		"does not stop the answer while the database is unavailable: SQLSTATE %s",
		async (sqlstate) => {
			const logged = vi.spyOn(log, "error");
			onTestFinished(() => logged.mockRestore());
			let finish = () => {};
			const model = await withModel(async (response) => {
				writeChunk(response, { role: "assistant", content: "Answered " });
				await new Promise<void>((resolve) => (finish = resolve));
				writeChunk(response, { content: "at once." });
				writeChunk(response, {}, "stop");
				response.end("data: [DONE]\n\n");
			});
			const ana = await newCustomer();
			await ana.ask("May I return a lamp?");
			await failFirstCheckpoint(ana.sessionId, sqlstate);
			stopWorker = startWorker();
			await until(async () => expect(await checkpointsTried()).toBeGreaterThan(1));
			finish();
			await until(async () => expect(bots(await ana.messageTexts())).toEqual([["bot", "Answered at once."]]));
			expect(model.requests).toHaveLength(1);
			expect(logged).not.toHaveBeenCalled();
		},
	);
});

it("answers several quick messages together", async () => {
	const model = await withModel(streamsText("One answer to all of it."));
	stopWorker = startWorker();
	const ana = await newCustomer();
	// The messages are posted simultaneously, because on a busy machine posting them one after the other could take
	// longer than the assistant waits for the customer's next message.
	await Promise.all(
		["Hello, I have a question", "about my delivery", "when does it come"].map((text) => ana.ask(text)),
	);
	await until(async () => expect(bots(await ana.messageTexts())).toHaveLength(1));
	expect(model.requests).toHaveLength(1);
	const asked = JSON.stringify(model.requests[0]?.body.messages);
	for (const words of ["I have a question", "about my delivery", "when does it come"])
		expect(asked).toContain(words);
	expect((await getLatestTurn(ana.sessionId))?.state).toBe("done");
});

it("drops an answer that the customer's next message superseded, and answers both questions together", async () => {
	let firstIsWriting = () => {};
	const writing = new Promise<void>((resolve) => {
		firstIsWriting = resolve;
	});
	const slow: Reply = (response) => {
		writeChunk(response, { role: "assistant", content: "Words nobody must see" });
		firstIsWriting();
	};
	const model = await withModel(slow, streamsText("The answer that counts."));
	stopWorker = startWorker();
	const ana = await newCustomer();
	await ana.ask("What does delivery cost?");
	await writing;
	await ana.ask("To Norway, I mean");
	await until(async () =>
		expect(bots(await ana.messageTexts())).toEqual([["bot", "The answer that counts."]]),
	);
	expect(lastMessageText(model.requests[1])).toContain("To Norway, I mean");
	expect(JSON.stringify(model.requests[1]?.body.messages)).toContain("What does delivery cost?");
	const turns = await sql`select state from ai_turns where session_id = ${ana.sessionId} order by created_at`;
	expect(turns.map((turn) => turn.state)).toEqual(["superseded", "done"]);
});

it("stops when an agent takes over in the middle of an answer", async () => {
	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	let isWriting = false;
	await withModel(async (response, request) => {
		writeChunk(response, { role: "assistant", content: "I was just going to " });
		isWriting = true;
		await held;
		await streamsText("say this.")(response, request);
	});
	const ana = await newCustomer();
	await ana.ask("May I return a lamp?");
	const answering = answerSession(ana.sessionId);
	await until(() => expect(isWriting).toBe(true));
	await until(async () => expect((await readLiveAnswer(ana.sessionId))?.text).toBe("I was just going to"));
	const { agentId } = await createAgent({
		email: "taker@example.com",
		name: "Tara",
		password: "a-long-password",
	});
	await takeOver(ana.sessionId, { agentId, name: "Tara" });
	release();
	await answering;
	expect(bots(await ana.messageTexts())).toEqual([["bot", "I was just going to"]]);
	expect((await ana.messageTexts()).at(-1)).toEqual(["system", "Tara has joined the conversation."]);
	await ana.ask("Hello Tara");
	expect((await getLatestTurn(ana.sessionId))?.state).toBe("superseded");
});

it("answers a question whose process died at any point, once", async () => {
	await withModel(streamsText("Answered after all."));
	const ana = await newCustomer();
	await ana.ask("May I return a lamp?");
	await until(async () => expect(await leaseTurn(ana.sessionId)).not.toBeNull());
	// Simulates a dead process that has written a checkpoint of its turn, and whose lease has expired.
	await sql`update ai_turns set partial = 'Half an ans', lease_until = now() - interval '1 second' where session_id = ${ana.sessionId}`;
	stopWorker = startWorker();
	await until(async () => expect(bots(await ana.messageTexts())).toEqual([["bot", "Answered after all."]]));
	await expect(getLatestTurn(ana.sessionId)).resolves.toMatchObject({ state: "done", partial: "", fence: 2 });
});

it("lets a process with a lost lease write nothing", async () => {
	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	let asked = 0;
	await withModel(async (response, request) => {
		asked += 1;
		if (asked > 1) return streamsText("From the living one.")(response, request);
		await held;
		return streamsText("From the dead one.")(response, request);
	});
	const ana = await newCustomer();
	await ana.ask("Who answers me?");
	const paused = answerSession(ana.sessionId);
	await until(() => expect(asked).toBe(1));
	await sql`update ai_turns set lease_until = now() - interval '1 second' where session_id = ${ana.sessionId}`;
	await answerSession(ana.sessionId);
	release();
	await paused;
	expect(bots(await ana.messageTexts())).toEqual([["bot", "From the living one."]]);
});

it.each([
	["an error of the provider", fails(500)],
	["a key that is refused", fails(401)],
	["a limit that is used up", fails(429, { code: "insufficient_quota" })],
	["a stream cut in the middle", breaksOffAfter("I was about to")],
])("ends %s with an apology and the queue", async (_what, reply) => {
	await withModel(reply);
	stopWorker = startWorker();
	const ana = await newCustomer();
	await ana.ask("Where is my parcel?");
	await until(async () => expect(await ana.messageTexts()).toHaveLength(3));
	const messageTexts = await ana.messageTexts();
	expect(messageTexts[1]?.[0]).toBe("bot");
	expect(messageTexts[1]?.[1]).toContain("I'm bringing someone in");
	expect(messageTexts[2]).toEqual(["system", "We've asked a member of our team to join."]);
	const { row } = await requireSession(ana.sessionId, ana.actor);
	expect(row).toMatchObject({ status: "queued", queueReason: "assistant-failed" });
});

it("hands over to an agent after a question has crashed its process repeatedly", async () => {
	await withModel(streamsText("Never said."));
	const ana = await newCustomer();
	await ana.ask("The question that kills");
	await sql`update ai_turns set attempts = 8, due_at = now() where session_id = ${ana.sessionId}`;
	await answerSession(ana.sessionId);
	const { row } = await requireSession(ana.sessionId, ana.actor);
	expect(row.status).toBe("queued");
	expect(bots(await ana.messageTexts())[0]?.[1]).toContain("I'm bringing someone in");
});

it("answers a question whose processes were restarted twenty times, as by deploys", async () => {
	await withModel(streamsText("Answered after all."));
	const ana = await newCustomer();
	await ana.ask("May I return a lamp?");
	await sql`update ai_turns set due_at = now() where session_id = ${ana.sessionId}`;
	for (let restart = 0; restart < 20; restart += 1) {
		const turn = await leaseTurn(ana.sessionId);
		if (!turn) throw new Error("The turn was not free.");
		await releaseTurn(turn, { isAttempt: false });
	}
	await answerSession(ana.sessionId);
	expect(bots(await ana.messageTexts())).toEqual([["bot", "Answered after all."]]);
	await expect(getLatestTurn(ana.sessionId)).resolves.toMatchObject({
		state: "done",
		attempts: 1,
		fence: 41,
	});
});

it.each([
	{ faults: 7, messageTexts: "Answered after all.", attempts: 8 },
	{ faults: 8, messageTexts: "I'm bringing someone in", attempts: 8 },
])(
	"starts an answer eight times before it escalates: $faults faults",
	async ({ faults, messageTexts, attempts }) => {
		await withModel(streamsText("Answered after all."));
		const ana = await newCustomer();
		await ana.ask("May I return a lamp?");
		// The trigger counts failed statements with a Postgres sequence, because sequences are not rolled back.
		await sql.unsafe(`
		create sequence faults;
		create function fail_at_first() returns trigger language plpgsql as $$ begin
			if nextval('faults') <= ${faults} then raise exception 'a passing fault'; end if;
			return new;
		end $$;
		create trigger fail_at_first before insert on chat_messages for each row
			when (new.sender_type = 'bot') execute function fail_at_first()`);
		onTestFinished(async () => {
			await sql.unsafe(
				"drop trigger fail_at_first on chat_messages; drop function fail_at_first; drop sequence faults",
			);
		});
		stopWorker = startWorker();
		await until(async () => expect(bots(await ana.messageTexts())[0]?.[1]).toContain(messageTexts));
		await expect(getLatestTurn(ana.sessionId)).resolves.toMatchObject({ state: "done", attempts });
	},
);

it("escalates without a model when the customer asks for an agent", async () => {
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" });
	stopWorker = startWorker();
	const ana = await newCustomer();
	await ana.ask("I want to talk to a human please");
	await until(async () =>
		expect((await ana.messageTexts()).at(-1)?.[1]).toBe("We've asked a member of our team to join."),
	);
	const { row } = await requireSession(ana.sessionId, ana.actor);
	expect(row.status).toBe("queued");
});
