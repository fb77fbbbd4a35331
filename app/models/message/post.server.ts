import { and, eq } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { lockFirstSteps, lockOrCreateOpenSession } from "#app/models/chat-session/create.server.ts";
import { isSessionId } from "#app/models/chat-session/find.server.ts";
import {
	type Actor,
	type CustomerIdentity,
	ownedBy,
	sessionNotFound,
} from "#app/models/chat-session/scope.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { statementsIn, transact, transactAlone } from "#app/realtime/publish.server.ts";
import { isRolledBack, type Transaction } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { createGatherer } from "./gather.server.ts";
import { getMessages } from "./list.server.ts";
import { type Outcome, type Post, type SessionPost, writePosts } from "./write-posts.server.ts";

/** What came of a post: `isNew` is false when the same client id had been written before. */
export type Posted = { message: Message; isNew: boolean };
/** `isQuestion`: an answer by the assistant was promised with it. */
type Written = Posted & { isQuestion: boolean };

/**
 * Posts that come to this process at the same time are written in one transaction, so that a busy process
 * makes few. What one of them makes go wrong is its own: each is judged by itself, one whose session somebody
 * else has locked waits for it alone, and after an error of the database each is tried alone.
 */
const write = createGatherer<SessionPost, Outcome>({
	keyOf: ({ sessionId }) => sessionId,
	async doTogether(posts) {
		const outcomes = await transactAlone((run) => writePosts(run, posts, { waits: false }));
		return outcomes.map((outcome) => (outcome.kind === "busy" ? undefined : outcome));
	},
	async doAlone(post) {
		// In a transaction of the pool for everything: it may wait for long, and others' posts must not.
		const [outcome] = await transact((tx) => writePosts(statementsIn(tx), [post], { waits: true }));
		if (!outcome) throw new Error("A post had no outcome.");
		return outcome;
	},
	// Where the connection was lost nobody knows whether the commit came through: only the client's id can tell.
	isSafeAlone: ({ post }, error) => isRolledBack(error) || Boolean(post.clientMessageId),
});

/**
 * Writes a message into a session: as its customer, as an agent or as a program. With the customer's message,
 * in the same transaction, goes the promise of an answer.
 * @throws NotFound, Conflict when the conversation has ended, TooMany past 30 messages a minute.
 */
export async function postMessage(sessionId: string, actor: Actor, post: Post): Promise<Posted> {
	if (!isSessionId(sessionId)) throw sessionNotFound();
	const posted = await toPosted(
		await write({ sessionId: sessionId.toLowerCase(), actor, post, mayGoElsewhere: false }),
	);
	if (!posted) throw sessionNotFound();
	return hurry(posted, actor, post);
}

/**
 * Writes a customer's message into the conversation their page shows, which is where nearly all go.
 * @returns null when that is not an open one of theirs: then `postToCurrentSession` finds or opens another.
 * @throws TooMany
 */
export async function postToOpenSession(
	identity: CustomerIdentity,
	sessionId: string,
	post: Post,
): Promise<Posted | null> {
	if (!isSessionId(sessionId)) return null;
	const actor: Actor = { type: "customer", identity };
	const posted = await toPosted(
		await write({ sessionId: sessionId.toLowerCase(), actor, post, mayGoElsewhere: true }),
	);
	return posted && hurry(posted, actor, post);
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
	const outcome = await transact(async (tx): Promise<Outcome | undefined> => {
		await lockFirstSteps(tx, identity);
		const before = await findWritten(tx, actor, input.clientMessageId);
		if (before) return { kind: "written-before", ...before };
		const { sessionId } = await lockOrCreateOpenSession(tx, identity, input);
		const post: SessionPost = { sessionId, actor, post: input, mayGoElsewhere: false };
		const [written] = await writePosts(statementsIn(tx), [post], { waits: true });
		// Thrown here, so that a conversation opened for refused words is not kept.
		if (written?.kind === "refused") throw written.error;
		return written;
	});
	const posted = outcome ? await toPosted(outcome) : null;
	if (!posted) throw sessionNotFound();
	return hurry(posted, actor, input);
}

async function toPosted(outcome: Outcome): Promise<Written | null> {
	switch (outcome.kind) {
		case "written":
			return { message: outcome.message, isNew: true, isQuestion: outcome.isQuestion };
		case "written-before": {
			const [message] = await getMessages(outcome.sessionId, [outcome.id]);
			return message ? { message, isNew: false, isQuestion: false } : null;
		}
		case "refused":
			throw outcome.error;
		default:
			return null;
	}
}

/** Hurries what follows a customer's message: the assistant's answer, or else what a person needs to read it. */
function hurry({ isQuestion, ...posted }: Written, actor: Actor, { network = "" }: Post): Posted {
	if (posted.isNew && actor.type === "customer") {
		const { sessionId, message: text } = posted.message;
		if (isQuestion) enqueueJob("answer-session", { sessionId, network });
		else {
			enqueueJob("translate-session", sessionId);
			enqueueJob("check-urgency", { sessionId, text });
		}
	}
	return posted;
}

async function findWritten(tx: Transaction, actor: Actor, clientMessageId: string | null | undefined) {
	if (!clientMessageId) return null;
	const [row] = await tx
		.select({ id: chatMessages.id, sessionId: chatMessages.sessionId })
		.from(chatMessages)
		.innerJoin(chatSessions, eq(chatSessions.sessionId, chatMessages.sessionId))
		.where(
			and(
				ownedBy(actor),
				eq(chatMessages.senderType, "user"),
				eq(chatMessages.clientMessageId, clientMessageId),
			),
		);
	return row ?? null;
}
