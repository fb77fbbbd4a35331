import { and, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import { enqueue } from "#app/jobs/queue.server.ts";
import { promiseAnswer } from "#app/models/ai-turn.server.ts";
import { lockFirstSteps, lockOpenSession } from "#app/models/chat-session/create.server.ts";
import { lockSession } from "#app/models/chat-session/find.server.ts";
import type { SessionRow } from "#app/models/chat-session/present.server.ts";
import { type Actor, type CustomerIdentity, ownedBy } from "#app/models/chat-session/scope.server.ts";
import { Conflict, TooMany } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { toMessage } from "./present.server.ts";
import { writeMessage } from "./write.server.ts";

/** Messages a customer may send in a minute. */
const CUSTOMER_LIMIT_A_MINUTE = 30;

export type Post = {
	message: string;
	clientMessageId?: string | null;
	messageType?: string;
	metadata?: Record<string, unknown>;
};

/** What came of a post: `isNew` is false when the same client id had been written before. */
export type Posted = { message: Message; isNew: boolean };

/**
 * Writes a message into a session: as its customer, as an agent or as a program. With the customer's message,
 * in the same transaction, goes the promise of an answer.
 * @throws NotFound, Conflict when the conversation has ended, TooMany past 30 messages a minute.
 */
export async function postMessage(sessionId: string, actor: Actor, post: Post): Promise<Posted> {
	const posted = await transact(async (tx) => {
		const session = await lockSession(tx, sessionId, actor);
		return writeOnce(tx, session, actor, post);
	});
	if (posted.isNew && actor.type === "customer") enqueue("answer-session", sessionId);
	return posted;
}

/**
 * Writes a customer's message into their open conversation, or into a new one when there is none (or the one
 * they wrote in has ended meanwhile): typed words are never refused for that.
 * @param input.sessionId the conversation the page showed; null on a first message.
 * @throws TooMany
 */
export async function postToCurrentSession(
	identity: CustomerIdentity,
	input: Post & { sessionId: string | null; locale: string },
): Promise<Posted> {
	const actor: Actor = { type: "customer", identity };
	const posted = await transact(async (tx) => {
		await lockFirstSteps(tx, identity);
		const written = await findWritten(tx, actor, input.clientMessageId);
		if (written) return { message: written, isNew: false };
		const session = await lockOpenSession(tx, identity, input);
		return writeOnce(tx, session, actor, input);
	});
	if (posted.isNew) enqueue("answer-session", posted.message.sessionId);
	return posted;
}

async function writeOnce(tx: Transaction, session: SessionRow, actor: Actor, post: Post): Promise<Posted> {
	const senderType = actor.type === "customer" ? "user" : "agent";
	if (post.clientMessageId) {
		const [before] = await tx
			.select()
			.from(chatMessages)
			.where(
				and(
					eq(chatMessages.sessionId, session.sessionId),
					eq(chatMessages.senderType, senderType),
					eq(chatMessages.clientMessageId, post.clientMessageId),
				),
			);
		if (before) return { message: toMessage(before), isNew: false };
	}
	if (!session.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
	if (actor.type === "customer") await refuseFlood(tx, session);
	if (actor.type === "agent" && session.assignedAgentId !== actor.agentId) {
		throw new Conflict("Another agent has taken this conversation. Your text was not sent.");
	}
	const message = await writeMessage(tx, {
		sessionId: session.sessionId,
		senderType,
		senderId: senderId(actor, session),
		senderName: actor.type === "customer" ? null : actor.name,
		message: post.message,
		messageType: post.messageType ?? "text",
		metadata: post.metadata ?? {},
		clientMessageId: post.clientMessageId ?? null,
	});
	if (actor.type === "customer" && session.status === "assistant") {
		await promiseAnswer(tx, session.sessionId, message.seq);
	}
	return { message, isNew: true };
}

/** Counted under a lock, so that two posts at once cannot both be the thirtieth. */
async function refuseFlood(tx: Transaction, session: SessionRow): Promise<void> {
	if (env().RATE_LIMITS === "off") return;
	const sender = session.userId ?? session.visitorId;
	// The limit is the sender's over all their conversations, each of which has only its own lock. This one is
	// always taken last (its seed keeps it apart from the first steps'), so no two can wait for each other.
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${sender}, 1))`);
	const [count] = await tx.execute<{ sent: number; wait: number }>(sql`
		select count(*)::int as sent,
			ceil(extract(epoch from min(sent_at) + interval '1 minute' - now()))::int as wait
		from chat_messages
		where sender_type = 'user' and sender_id = ${sender} and sent_at > now() - interval '1 minute'`);
	if (count && count.sent >= CUSTOMER_LIMIT_A_MINUTE) {
		throw new TooMany(
			Math.max(1, count.wait),
			`That is more than ${CUSTOMER_LIMIT_A_MINUTE} messages in a minute. Your text is kept; please send it again in ${Math.max(1, count.wait)} seconds.`,
		);
	}
}

function senderId(actor: Actor, session: SessionRow): string {
	if (actor.type === "customer") return session.userId ?? session.visitorId;
	return actor.type === "agent" ? actor.agentId : actor.name;
}

async function findWritten(tx: Transaction, actor: Actor, clientMessageId: string | null | undefined) {
	if (!clientMessageId) return null;
	const [row] = await tx
		.select({ message: chatMessages })
		.from(chatMessages)
		.innerJoin(chatSessions, eq(chatSessions.sessionId, chatMessages.sessionId))
		.where(
			and(
				ownedBy(actor),
				eq(chatMessages.senderType, "user"),
				eq(chatMessages.clientMessageId, clientMessageId),
			),
		);
	return row ? toMessage(row.message) : null;
}
