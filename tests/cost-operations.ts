import { randomUUID } from "node:crypto";
import {
	createAgent,
	isAnyAgentAvailable,
	recordAgentActivity,
	recountAgentSessions,
} from "#app/models/agent/agent.server.ts";
import {
	getLatestTurn,
	getOpenTurn,
	hasAnsweredTimes,
	leaseTurn,
	listDueTurns,
	releaseTurn,
	saveCheckpoint,
} from "#app/models/ai-turn/ai-turn.server.ts";
import { hasDayBudget, recordModelUsage } from "#app/models/ai-turn/usage.server.ts";
import { listAssistantActions } from "#app/models/assistant-action/tool-run-log.server.ts";
import { endSession, rateSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { listEarlierSessions } from "#app/models/chat-session/earlier.server.ts";
import { refreshExpectedWait } from "#app/models/chat-session/expected-wait.server.ts";
import {
	findCurrentSession,
	findGivenEmail,
	listSessions,
	requireSession,
	requireSessionId,
} from "#app/models/chat-session/find.server.ts";
import { listWithoutHandover, writeFirstHandover } from "#app/models/chat-session/handover.server.ts";
import {
	findByIdPrefix,
	listEnded,
	listInbox,
	readInboxRows,
} from "#app/models/chat-session/inbox.server.ts";
import { publishQueueChanges } from "#app/models/chat-session/publish-queue.server.ts";
import { requestAgent, saveContactEmail } from "#app/models/chat-session/queue.server.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { readToSummarise } from "#app/models/chat-session/summary.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { readNewestTexts } from "#app/models/chat-session/urgency.server.ts";
import { readBlock, throwIfSenderIsBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { findRevocation } from "#app/models/customer/visitor.server.ts";
import { claimContactEmails } from "#app/models/email/contact-email.server.ts";
import { getMessages, listHistory, listMessages } from "#app/models/message/list.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { markDelivered, markRead, requireMessagePlace } from "#app/models/message/receipts.server.ts";
import { readUntranslated } from "#app/models/message/translations.server.ts";
import { readUnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { streamKey } from "#app/realtime/events.ts";
import { readLiveAnswer } from "#app/realtime/live-answers.server.ts";
import { readChangedSessions, readHeads, readLog, readLogs } from "#app/realtime/log.server.ts";
import { getPresence } from "#app/realtime/presence/get-presence.server.ts";
import { listPresent, renewLeases } from "#app/realtime/presence/leases.server.ts";
import { publishPresence } from "#app/realtime/presence/publish.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import { db, sql } from "#db/client.server.ts";
import { makeSession, NEW_SESSION, sessionRow } from "#tests/factories.ts";

/**
 * An operation whose cost must not grow with the number of rows in the tables: a request, or repeated background work.
 */
export type Operation = {
	name: string;
	run: () => Promise<unknown>;
	/**
	 * Whether the operation's statements keep the query plan of their first execution. Statements of other operations are
	 * planned at each execution.
	 */
	keepsPlan: boolean;
};

/**
 * Creates the customers, the agent and the sessions that the cost operations use. Three of the sessions become long.
 */
export async function makePeople() {
	const identity = { visitorId: randomUUID(), customerId: null };
	const { agentId } = await createAgent({ email: "ana@store.test", name: "Ana", password: randomUUID() });
	const agent: Extract<Actor, { type: "agent" }> = { type: "agent", agentId, name: "Ana" };
	const withAssistant = await makeSession(identity, "First");
	const waiting = await makeSession({ ...identity, visitorId: randomUUID() }, "First");
	const withAgent = await makeSession(identity, "First");
	await requestAgent(waiting, agent);
	await saveContactEmail(waiting, agent, "ana@customer.test");
	await takeOver(withAgent, agent);
	for (const sessionId of [waiting, withAgent])
		await writeFirstHandover(sessionId, () => ({ summary: "Help", intent: null, tried: [] }));
	return { identity, agent, withAssistant, waiting, withAgent };
}

export type People = Awaited<ReturnType<typeof makePeople>>;

/** Matches the names of operations that run as database functions, whose statements keep their query plan. */
const PLAN_KEEPING_OPERATION_PATTERN =
	/^(post|receipt|open: (access|heads|answer|who|events|revocation)|presence: present)/;

/**
 * Lists all cost operations. An operation that writes does equal work each time.
 * @returns also the ids of the open sessions that the operations created.
 */
export function listOperations({ identity, agent, withAssistant, waiting, withAgent }: People): {
	operations: Operation[];
	opened: string[];
} {
	const customer: Actor = { type: "customer", identity };
	const program: Actor = { type: "api-key", name: "Order system" };
	const newcomer = () => ({ visitorId: randomUUID(), customerId: null });
	const head = async (sessionId = withAssistant) => (await sessionRow(sessionId)).lastSeq;
	const stream = streamKey("public", withAssistant);
	const idOf = async () => (await listMessages(withAssistant, { limit: 1 })).messages[0]?.id ?? "";
	const opened: string[] = [];
	const operations: Record<string, () => Promise<unknown>> = {
		"post from the page": () =>
			postMessage(withAssistant, customer, { message: "Hello", clientMessageId: randomUUID() }, NEW_SESSION),
		"post that was written before": async () => {
			const clientMessageId = randomUUID();
			for (const _ of [1, 2])
				await postMessage(withAssistant, customer, { message: "Hello", clientMessageId }, NEW_SESSION);
		},
		"posts of several at once": () =>
			Promise.all(
				[withAssistant, withAgent].flatMap((sessionId) =>
					[1, 2].map(() =>
						postMessage(
							sessionId,
							customer,
							{ message: "Hello", clientMessageId: randomUUID() },
							NEW_SESSION,
						),
					),
				),
			),
		"post of an agent": () =>
			postMessage(withAgent, agent, { message: "Hello", clientMessageId: randomUUID() }),
		"post of a program": () => postMessage(withAssistant, program, { message: "Hello" }),
		"post without a session": () =>
			postMessage(null, customer, { message: "Hello", clientMessageId: randomUUID() }, NEW_SESSION),
		"post of a newcomer": async () => {
			const actor: Actor = { type: "customer", identity: newcomer() };
			const post = { message: "Hello", clientMessageId: randomUUID() };
			const { message } = await postMessage(null, actor, post, NEW_SESSION);
			opened.push(message.sessionId);
		},
		"open: session": () => requireSession(withAssistant, customer),
		"open: session of an agent": () => requireSession(withAgent, agent),
		"open: session in the queue": () => requireSession(waiting, agent),
		"open: access": () => requireSessionId(withAssistant, customer),
		"open: current session": () => findCurrentSession(identity),
		"open: heads": () => readHeads([stream, streamKey("internal", withAgent)]),
		"open: history": async () => listHistory(withAssistant, await head()),
		"open: answer in progress": () => readLiveAnswer(withAssistant),
		"open: who is here": () => getPresence(withAgent),
		"open: events after a cursor": async () => readLog(stream, (await head()) - 3),
		"open: events of many streams": async () => readLogs([{ stream, head: (await head()) - 3 }]),
		"open: revocation": () => findRevocation(identity.visitorId),
		"open: block": () => throwIfSenderIsBlocked(identity),
		"open: block of a sender": () => readBlock({ userId: null, visitorId: identity.visitorId }),
		"open: given email": () => findGivenEmail(identity),
		"list: inbox": () => listInbox(20),
		"list: rows of the inbox": () => readInboxRows([withAssistant, waiting, withAgent]),
		"list: ended": () => listEnded({ limit: 20 }),
		"list: by id": () => findByIdPrefix(withAssistant.slice(0, 8)),
		"list: sessions": () => listSessions(program, { limit: 20 }),
		"list: sessions in the queue": () => listSessions(program, { limit: 20, status: "queued" }),
		"list: sessions of agents": () => listSessions(program, { limit: 20, status: "agent" }),
		"list: ended sessions": () => listSessions(program, { limit: 20, isActive: false }),
		"list: sessions after one": () => listSessions(program, { limit: 20, before: withAssistant }),
		"list: earlier sessions": () => listEarlierSessions(identity, { limit: 10 }),
		"list: changed sessions": () => readChangedSessions(new Date(Date.now() - 5_000)),
		"receipt: nothing to mark for the customer": async () => markRead(withAssistant, customer, await head()),
		"receipt: nothing delivered to the customer": async () =>
			markDelivered(withAssistant, customer, await head()),
		"receipt: a new message for the customer": async () => {
			await transact((tx) =>
				writeMessage(tx, { sessionId: withAssistant, senderType: "bot", message: "Hello" }),
			);
			await markDelivered(withAssistant, customer, await head());
			await markRead(withAssistant, customer, await head());
		},
		"receipt: a new message for the agent": async () => {
			await postMessage(withAgent, customer, { message: "Hello" });
			await markDelivered(withAgent, agent, await head(withAgent));
			await markRead(withAgent, agent, await head(withAgent));
		},
		"receipt: nothing to mark for the agent": async () => markRead(withAgent, agent, await head(withAgent)),
		"receipt: by message": async () => requireMessagePlace(await idOf(), customer),
		"presence: present": () => listPresent([`agent:${agent.agentId}`, `customer:${withAgent}`]),
		"presence: sweep": () => renewLeases(),
		"presence: an agent comes": () => publishPresence(`agent:${agent.agentId}`, true),
		"presence: an agent is at work": () => recordAgentActivity(agent.agentId),
		"presence: any agent": () => isAnyAgentAvailable(),
		"presence: sessions of an agent": () => recountAgentSessions(db, agent.agentId),
		"history: newest": () => listMessages(withAssistant, { limit: 50 }),
		"history: before": async () => listMessages(withAssistant, { limit: 50, before: await head() }),
		"history: after": async () => listMessages(withAssistant, { limit: 50, after: (await head()) - 3 }),
		"history: by id": async () => getMessages(withAssistant, [await idOf()]),
		"answer: due turns": () => listDueTurns(32),
		"answer: open turn": () => getOpenTurn(withAssistant),
		"answer: question": async () => readUnansweredQuestion(withAssistant, await head()),
		"answer: number of answers": () => hasAnsweredTimes(withAssistant, 20),
		"answer: latest turn": () => getLatestTurn(withAssistant),
		"answer: turn": async () => {
			await sql`update ai_turns set due_at = now() where session_id = ${withAssistant} and state = 'due'`;
			const turn = await leaseTurn(withAssistant);
			if (!turn) throw new Error("There was no turn.");
			await saveCheckpoint(turn, "Hello", new Date());
			await readLiveAnswer(withAssistant);
			await recordModelUsage({
				purpose: "answer",
				model: "m",
				promptTokens: 1,
				completionTokens: 1,
				turnId: turn.id,
				sessionId: withAssistant,
			});
			await releaseTurn(turn, { isAttempt: false });
		},
		"answer: budget": () => hasDayBudget(),
		"answer: actions": () => listAssistantActions(withAssistant),
		"answer: summary": () => readToSummarise(withAssistant),
		"queue: places": () => publishQueueChanges(),
		"queue: expected wait": () => refreshExpectedWait(),
		"queue: handovers": () => listWithoutHandover(8),
		"queue: urgency": () => readNewestTexts(withAgent),
		"queue: translation": () => readUntranslated(withAgent),
		"queue: letters": () => claimContactEmails(8),
		"queue: unattended sessions": () => repairUnattended(new Date(Date.now() - 3_600_000)),
		"life of a session": async () => {
			const own = newcomer();
			const sessionId = await makeSession(own, "Hello");
			await requestAgent(sessionId, { type: "customer", identity: own });
			await takeOver(sessionId, agent);
			await endSession(sessionId, agent);
			await rateSession(sessionId, { type: "customer", identity: own }, 5);
		},
	};
	const list = Object.entries(operations).map(([name, run]) => ({
		name,
		run,
		keepsPlan: PLAN_KEEPING_OPERATION_PATTERN.test(name),
	}));
	return { operations: list, opened };
}
