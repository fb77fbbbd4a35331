import { sql as query } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { analyseQuestion } from "#app/ai/analyse-question.server.ts";
import { answerLatestQuestion } from "#app/ai/api-answer.server.ts";
import { runCopilotTask } from "#app/ai/copilot/assist.server.ts";
import { getQuestionAnalysisQueue, getSearchQueue } from "#app/ai/cpu-queues.server.ts";
import { answerFromKnowledge } from "#app/ai/offline/knowledge.server.ts";
import { setEnv } from "#app/env.server.ts";
import { MAX_CONCURRENT_ANSWERS, MAX_CONCURRENT_ANSWERS_PER_NETWORK } from "#app/jobs/concurrent-answers.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { dueTurnsQuery, enqueueTurn, leaseTurn, listDueTurns } from "#app/models/ai-turn/ai-turn.server.ts";
import { endSession } from "#app/models/chat-session/change.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { returnToAssistant } from "#app/models/chat-session/return-to-assistant.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { answerWaitingQuestion } from "#app/models/chat-session/waiting-question.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { readUnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import { db, sql } from "#db/client.server.ts";
import { makeSession } from "#tests/factories.ts";
import { asVisitor, type TestCustomer } from "#tests/people.ts";
import { type Reply, startOpenAiServer, streamsText } from "#tests/setup/openai-server.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { until } from "#tests/setup/until.ts";

beforeAll(() => setEnv({ RATE_LIMITS: "off" }));

const servers: TestServer[] = [];
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	await Promise.all(servers.splice(0).map((server) => server.end("SIGKILL")));
	for (const close of cleanups.splice(0)) await close();
	await sql`delete from ai_turns`;
	// All sessions are ended, because the worker of the next test would answer their open questions.
	await sql`update chat_sessions set is_active = false, status = 'ended', ended_at = now()`;
});
afterAll(() => setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }));

const networksOf = async (sessionId: string) => {
	const rows = await sql<{ state: string; network: string }[]>`
		select state, network from ai_turns where session_id = ${sessionId} order by created_at, id`;
	return rows.map(({ state, network }) => [state, network]);
};

describe("the network of a question", () => {
	it("is stored with its turn by every way of posting, equal for one IPv4 address or IPv6 /56, and not as an address", async () => {
		// The network's hash is recorded when the turn is stored, because the end of the turn empties the column.
		await sql`create table noted_networks (session_id uuid, network text)`;
		await sql.unsafe(`
			create function note_network() returns trigger language plpgsql as $$ begin
				insert into noted_networks values (new.session_id, new.network); return new;
			end $$;
			create trigger note_network after insert on ai_turns for each row execute function note_network()`);
		const [rawHandler, remix] = await Promise.all(
			["on", "off"].map((STREAM_LANE) => startServerProcess({ STREAM_LANE, RATE_LIMITS: "off" })),
		);
		if (!rawHandler || !remix) throw new Error("There is no server.");
		servers.push(rawHandler, remix);
		const networkFrom = async (
			address: string,
			post: (sessionId: string, as: TestCustomer) => Promise<Response>,
		) => {
			const chatter = await asVisitor();
			const sessionId = await makeSession(chatter.identity);
			const response = await post(sessionId, chatter);
			expect(response.status, address).toBeLessThan(400);
			const [row] = await sql<{ network: string }[]>`
				select network from noted_networks where session_id = ${sessionId}`;
			return row?.network ?? null;
		};
		const byApi =
			(server: TestServer, address: string) =>
			(sessionId: string, { bearer }: TestCustomer) =>
				fetch(`${server.url}/api/chat/messages`, {
					method: "POST",
					headers: { "Content-Type": "application/json", "X-Forwarded-For": address, ...bearer.headers },
					body: JSON.stringify({ sessionId, message: "Hello" }),
				});
		const byForm =
			(server: TestServer, address: string, path: string) =>
			(sessionId: string, { cookie }: TestCustomer) =>
				fetch(`${server.url}${path}`, {
					method: "POST",
					redirect: "manual",
					headers: {
						Origin: server.url,
						"Sec-Fetch-Site": "same-origin",
						"X-Forwarded-For": address,
						...cookie.headers,
					},
					body: new URLSearchParams({ intent: "send", message: "Hello", sessionId }),
				});
		const from = (address: string) =>
			Promise.all([
				networkFrom(address, byApi(rawHandler, address)),
				networkFrom(address, byForm(rawHandler, address, "/chat")),
				networkFrom(address, byForm(rawHandler, address, "/chat/actions")),
				networkFrom(address, byForm(remix, address, "/chat/actions")),
			]);
		const same = [
			["203.0.113.7", "::ffff:203.0.113.7"],
			["2001:db8:1:200::1", "2001:db8:1:2ff:a:b:c:d"],
		] as const;
		const keys = new Set<string | null>();
		for (const [one, other] of same) {
			const found = new Set([...(await from(one)), ...(await from(other))]);
			expect([one, found.size]).toEqual([one, 1]);
			for (const key of found) keys.add(key);
		}
		for (const address of ["203.0.113.8", "2001:db8:1:300::1"]) keys.add((await from(address))[0] ?? null);
		expect(keys.size).toBe(4);
		for (const key of keys) expect(key).toMatch(/^[\w-]{22}$/);
	}, 240_000);

	it("is that of the newest message, and is emptied when the turn ends or is superseded", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity);
		const actor = { type: "customer", identity } as const;
		const post = (network?: string) => postMessage(sessionId, actor, { message: "Where is it?", network });
		await post("one");
		await post("two");
		expect(await networksOf(sessionId)).toEqual([["due", "two"]]);
		// A turn without a customer's request has the network of the session's open turn.
		await transact((tx) => enqueueTurn(tx, { sessionId, questionSeq: 2, network: null }));
		expect(await networksOf(sessionId)).toEqual([["due", "two"]]);
		await sql`update ai_turns set due_at = now() where session_id = ${sessionId}`;
		expect(await leaseTurn(sessionId)).toMatchObject({ network: "two" });
		await post("three");
		expect(await networksOf(sessionId)).toEqual([
			["superseded", ""],
			["due", "three"],
		]);
		await endSession(sessionId, actor);
		expect(await networksOf(sessionId)).toEqual([
			["superseded", ""],
			["superseded", ""],
		]);
	});
});

describe("the network of a turn without a post", () => {
	const openSession = async (...texts: string[]) => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, ...texts);
		return { sessionId, identity, actor: { type: "customer", identity } as const };
	};
	/** Makes the session's question unanswered and 20 seconds old, without a turn. */
	const loseTurn = async (sessionId: string) => {
		await sql`delete from ai_turns where session_id = ${sessionId}`;
		await sql`update chat_messages set sent_at = now() - interval '20 seconds' where session_id = ${sessionId}`;
	};

	it("is the session itself when no customer's request asks for the answer", async () => {
		const sessions = await Promise.all([1, 2, 3, 4].map(() => openSession("Where is it?")));
		const program = { type: "api-key", name: "Order system" } as const;
		const [returned, taken, ...lost] = sessions;
		for (const { sessionId, actor } of [returned!, taken!]) {
			await requestAgent(sessionId, actor);
			await returnToAssistant(sessionId, program);
		}
		for (const { sessionId } of lost) await loseTurn(sessionId);
		const repairs = await repairUnattended();
		for (const { sessionId } of lost) {
			const turnNetwork = `session ${sessionId}`;
			expect(repairs).toContainEqual({ sessionId, problem: "unpromised", turnNetwork });
		}
		for (const { sessionId } of sessions)
			expect((await networksOf(sessionId)).at(-1)).toEqual(["due", `session ${sessionId}`]);
	});

	it("is that of the running turn which it supersedes", async () => {
		const { sessionId, actor } = await openSession();
		await postMessage(sessionId, actor, { message: "Where is it?", network: "one" });
		await sql`update ai_turns set due_at = now() where session_id = ${sessionId}`;
		await leaseTurn(sessionId);
		const enqueue = (network: string | null) =>
			transact((tx) => enqueueTurn(tx, { sessionId, questionSeq: 1, network }));
		expect(await enqueue(null)).toBe("one");
		expect(await networksOf(sessionId)).toEqual([
			["superseded", ""],
			["due", "one"],
		]);
		expect(await enqueue("two")).toBe("two");
		expect((await networksOf(sessionId)).at(-1)).toEqual(["due", "two"]);
	});

	it("is that of the request by which the customer signs in", async () => {
		const { sessionId, actor } = await openSession("Where is my order?");
		await sql`delete from ai_turns where session_id = ${sessionId}`;
		await transact((tx) =>
			writeMessage(tx, {
				sessionId,
				senderType: "bot",
				senderName: "Assistant",
				message: "Please sign in.",
				metadata: { identify: "sign-in" },
			}),
		);
		await answerWaitingQuestion(sessionId, actor, "the sign-in's");
		expect(await networksOf(sessionId)).toEqual([["due", "the sign-in's"]]);
	});
});

describe("the copilot without a model", () => {
	it.each([
		["analyses", getQuestionAnalysisQueue],
		["searches", getSearchQueue],
	])("waits in the queue for %s", async (_, queue) => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "How do I wash the shelf?");
		await sql`delete from ai_turns where session_id = ${sessionId}`;
		let release = () => {};
		const held = queue().run("other", () => new Promise<void>((resolve) => (release = resolve)));
		let isDone = false;
		const place = { sessionId, lastSeq: 1, network: "agent", signal: new AbortController().signal };
		const suggestion = runCopilotTask(place, { intent: "suggest" }).finally(() => (isDone = true));
		// The same work outside the queues, several times: a suggestion outside them would be done by then.
		for (let round = 0; round < 3; round++) {
			const analysis = await analyseQuestion(await readUnansweredQuestion(sessionId, 1));
			await answerFromKnowledge(analysis);
		}
		expect(isDone).toBe(false);
		release();
		await held;
		expect(await suggestion).toMatchObject({ kind: "suggest" });
	});

	it("leaves the queue when the agent cancels", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "How do I wash the shelf?");
		await sql`delete from ai_turns where session_id = ${sessionId}`;
		let release = () => {};
		const held = getQuestionAnalysisQueue().run(
			"other",
			() => new Promise<void>((resolve) => (release = resolve)),
		);
		const cancelled = new AbortController();
		const suggestion = runCopilotTask(
			{ sessionId, lastSeq: 1, network: "agent", signal: cancelled.signal },
			{ intent: "suggest" },
		);
		cancelled.abort(new Error("The agent has left."));
		await expect(suggestion).rejects.toThrow("The agent has left.");
		release();
		await held;
	});
});

describe("due turns", () => {
	/**
	 * Creates turns that became due one after the other, in the given order. @returns the names of the turns' sessions.
	 */
	async function makeTurns(turns: { network: string; leaseUntil?: string; inMs?: number }[]) {
		const names = new Map<string, string>();
		const counts = new Map<string, number>();
		for (const [index, { network, leaseUntil = null, inMs = index - 10_000 }] of turns.entries()) {
			const count = (counts.get(network) ?? 0) + 1;
			counts.set(network, count);
			const sessionId = await makeSession((await asVisitor()).identity);
			names.set(sessionId, `${network} ${count}`);
			await sql`
				insert into ai_turns (session_id, question_seq, network, state, lease_until, due_at) values (
					${sessionId}, 1, ${network}, ${leaseUntil ? "running" : "due"},
					now() + ${leaseUntil}::interval, now() + ${inMs} * interval '1 millisecond')`;
		}
		return async (limit: number) => (await listDueTurns(limit)).map(({ sessionId }) => names.get(sessionId));
	}
	const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

	it("are taken in rotation from each network, the longest due first", async () => {
		const due = await makeTurns([
			...times(40, { network: "many" }),
			{ network: "two" },
			{ network: "two" },
			{ network: "one" },
		]);
		expect(await due(5)).toEqual(["many 1", "two 1", "one 1", "many 2", "two 2"]);
		expect(await due(100)).toHaveLength(43);
	});

	it("are taken later from a network with answers in progress, in any process", async () => {
		const due = await makeTurns([
			...times(3, { network: "busy", leaseUntil: "8 seconds" }),
			...times(3, { network: "busy" }),
			...times(5, { network: "waiting" }),
		]);
		expect(await due(100)).toEqual([
			"waiting 1",
			"waiting 2",
			"waiting 3",
			"busy 4",
			"waiting 4",
			"busy 5",
			"waiting 5",
			"busy 6",
		]);
	});

	it("include those of a dead process, and exclude those that wait for the customer's next message", async () => {
		const due = await makeTurns([
			{ network: "dead", leaseUntil: "-1 seconds" },
			{ network: "writing", inMs: 60_000 },
			{ network: "", inMs: -1 },
		]);
		expect(await due(100)).toEqual(["dead 1", " 1"]);
	});

	it("are found without reading ended turns", async () => {
		const sessionId = await makeSession((await asVisitor()).identity);
		await sql`
			insert into ai_turns (session_id, question_seq, state, due_at)
			select ${sessionId}, i, 'done', now() - i * interval '1 minute' from generate_series(1, 20000) i`;
		const due = await makeTurns([{ network: "one" }, { network: "two" }]);
		await sql`analyze ai_turns`;
		expect(await due(32)).toEqual(["one 1", "two 1"]);
		const plan = JSON.stringify(await db.execute(query`explain (format json) ${dueTurnsQuery(32)}`));
		expect(plan).toMatch(/"Index Name":"ai_turns_(?:due_by_network|open)"/);
		expect(plan).not.toContain("Seq Scan");
	});
});

describe("answer slots", () => {
	/** Timeout in milliseconds of tests with thirty answers, for which a busy machine needs a minute. */
	const MANY_ANSWERS_MS = 120_000;

	/**
	 * A scripted model server that answers only when the test releases an answer; `asked` lists the questions in the
	 * order of arrival.
	 */
	async function withHeldModel() {
		const asked: string[] = [];
		const held = new Map<string, () => void>();
		const inProgress = new Map<string, number>();
		let mostOfCrowd = 0;
		const reply: Reply = async (response, request) => {
			const question = String(request.body.messages.at(-1)?.content);
			// Other requests to the model, such as for a handover, are answered immediately and not counted.
			if (!/ customer \d+ wants to hear about the shelf$/.test(question))
				return streamsText("A note.")(response, request);
			if (!asked.includes(question)) asked.push(question);
			const network = question.split(" ")[0] ?? "";
			inProgress.set(network, (inProgress.get(network) ?? 0) + 1);
			response.once("close", () => inProgress.set(network, (inProgress.get(network) ?? 0) - 1));
			mostOfCrowd = Math.max(mostOfCrowd, inProgress.get("crowd") ?? 0);
			await new Promise<void>((resolve) => held.set(question, resolve));
			await streamsText(`The answer to: ${question}`)(response, request);
		};
		const model = await startOpenAiServer(reply);
		const letAllGo = () => {
			for (const letGo of held.values()) letGo();
		};
		setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: model.url, OPENAI_MODEL: "scripted-1" });
		const stopWorker = startWorker();
		cleanups.push(async () => {
			const stopped = stopWorker(0);
			letAllGo();
			await stopped;
			await model.close();
			setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" });
		});
		return {
			asked,
			mostOfCrowd: () => mostOfCrowd,
			answer: (question: string) => held.get(question)?.(),
			of: (network: string) => asked.filter((question) => question.startsWith(`${network} `)),
		};
	}

	async function ask(network: string, count: number): Promise<string[]> {
		const sessions: string[] = [];
		for (let index = 1; index <= count; index += 1) {
			const { identity } = await asVisitor();
			const sessionId = await makeSession(identity);
			const message = `${network} customer ${index} wants to hear about the shelf`;
			await postMessage(sessionId, { type: "customer", identity }, { message, network });
			sessions.push(sessionId);
		}
		return sessions;
	}

	it("are never all one network's, and its other questions are answered as its slots become free", async () => {
		const { answer, of, mostOfCrowd } = await withHeldModel();
		await ask("crowd", MAX_CONCURRENT_ANSWERS_PER_NETWORK + 3);
		await until(() => expect(of("crowd")).toHaveLength(MAX_CONCURRENT_ANSWERS_PER_NETWORK), MANY_ANSWERS_MS);
		await ask("newcomer", 1);
		await until(() => expect(of("newcomer")).toHaveLength(1));
		for (const index of [0, 1, 2]) {
			answer(of("crowd")[index] ?? "");
			await until(() =>
				expect(of("crowd").length).toBeGreaterThan(MAX_CONCURRENT_ANSWERS_PER_NETWORK + index),
			);
		}
		expect(mostOfCrowd()).toBe(MAX_CONCURRENT_ANSWERS_PER_NETWORK);
	}, 300_000);

	it("go to the network with the fewest when all are taken, however long others have been due", async () => {
		const { asked, answer, of } = await withHeldModel();
		const rest = MAX_CONCURRENT_ANSWERS - MAX_CONCURRENT_ANSWERS_PER_NETWORK;
		await ask("crowd", MAX_CONCURRENT_ANSWERS_PER_NETWORK + 10);
		await ask("other", rest);
		await until(() => expect(asked).toHaveLength(MAX_CONCURRENT_ANSWERS), MANY_ANSWERS_MS);
		await ask("other", 5);
		await ask("late", 2);
		await ask("latest", 1);
		// A turn can be leased only when it is due, so the test waits until the assistant's wait for the customer's next
		// message is over.
		await until(async () => {
			const [row] = await sql<{ count: number }[]>`
				select count(*)::int as count from ai_turns
				where state = 'due' and due_at <= now() and network in ('late', 'latest')`;
			expect(row?.count).toBe(3);
		});
		for (const expected of [1, 2, 3]) {
			answer(of("crowd")[expected - 1] ?? "");
			await until(() => expect(asked.length).toBeGreaterThanOrEqual(MAX_CONCURRENT_ANSWERS + expected));
		}
		const next = asked
			.slice(MAX_CONCURRENT_ANSWERS, MAX_CONCURRENT_ANSWERS + 3)
			.map((question) => question.split(" ")[0]);
		expect(next).toEqual(["late", "latest", "late"]);
	}, 300_000);

	it("are also those of a program that waits for an answer over the REST API", async () => {
		const { answer, of, mostOfCrowd } = await withHeldModel();
		const sessions = await ask("crowd", MAX_CONCURRENT_ANSWERS_PER_NETWORK + 1);
		await until(() => expect(of("crowd")).toHaveLength(MAX_CONCURRENT_ANSWERS_PER_NETWORK), MANY_ANSWERS_MS);
		const waiting = `crowd customer ${MAX_CONCURRENT_ANSWERS_PER_NETWORK + 1} wants to hear about the shelf`;
		expect(of("crowd")).not.toContain(waiting);
		const signal = new AbortController().signal;
		const requests = [1, 2, 3].map(() => answerLatestQuestion(sessions.at(-1) ?? "", () => {}, signal));
		// A question of another network is asked meanwhile, which takes longer than an answer outside the slots.
		await ask("newcomer", 1);
		await until(() => expect(of("newcomer")).toHaveLength(1));
		expect(of("crowd")).not.toContain(waiting);
		answer(of("crowd")[0] ?? "");
		await until(() => expect(of("crowd")).toContain(waiting));
		answer(waiting);
		for (const { answer: text } of await Promise.all(requests))
			expect(text).toBe(`The answer to: ${waiting}`);
		expect(mostOfCrowd()).toBe(MAX_CONCURRENT_ANSWERS_PER_NETWORK);
	}, 300_000);
});
