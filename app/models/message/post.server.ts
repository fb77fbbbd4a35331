import { and, eq } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { lockIdentity, lockOrCreateOpenSession } from "#app/models/chat-session/create.server.ts";
import { findCurrentSession, isSessionId } from "#app/models/chat-session/find.server.ts";
import {
	type Actor,
	type CustomerIdentity,
	ownedBy,
	sessionNotFound,
} from "#app/models/chat-session/scope.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { type EventTransaction, transact, transactAlone, writerOf } from "#app/realtime/publish.server.ts";
import { isRolledBack } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { createPostBatcher } from "./batch-posts.server.ts";
import { getMessages } from "./list.server.ts";
import { type Outcome, type Post, type SessionPost, writePosts } from "./write-posts.server.ts";

/** The result of a post: `isNew` is false when a message with the same client id had been written before. */
export type Posted = { message: Message; isNew: boolean };
/** `isQuestion`: a turn of the assistant was enqueued with the message. */
type Written = Posted & { isQuestion: boolean };

/** How a customer's message continues when its session is not open: in the open session of the customer, or in a new one. */
export type NewSession = {
	/** The language of a new session. */
	locale: () => string;
	/** Called before a session is opened, to limit their number. @throws TooMany */
	countOpening: () => Promise<void>;
};

/**
 * Posts that arrive at this process at the same time are written in one transaction, so that a busy process makes few.
 * A post that fails does not affect the others: each gets its own outcome, one whose session another transaction has
 * locked waits alone, and after an error of the database each is tried alone.
 */
const writePost = createPostBatcher<SessionPost, Outcome>({
	keyOf: ({ sessionId }) => sessionId,
	async processBatch(posts) {
		const outcomes = await transactAlone((writer) => writePosts(writer, posts, { waits: false }));
		return outcomes.map((outcome) => (outcome.kind === "busy" ? undefined : outcome));
	},
	async processAlone(post) {
		// In a transaction of the general pool: it may wait for long, and other posts must not.
		const [outcome] = await transact((tx) => writePosts(writerOf(tx), [post], { waits: true }));
		if (!outcome) throw new Error("A post had no outcome.");
		return outcome;
	},
	// After a lost connection it is unknown whether the commit succeeded; only the client's id can tell.
	canRetryAlone: ({ post }, error) => isRolledBack(error) || Boolean(post.clientMessageId),
});

/**
 * Writes a message of a customer, an agent or a program: the only entry point for posts. With a customer's message, the
 * same transaction enqueues a turn of the assistant.
 * @param sessionId the session; null for a customer's first message.
 * @param newSession for a customer's page, whose text is not refused because the session has ended or is not theirs.
 * @throws NotFound, Conflict when the session has ended, TooMany above 30 messages a minute, Unauthorised for a customer
 * whose token was revoked, Blocked.
 */
export async function postMessage(
	sessionId: string | null,
	actor: Actor,
	post: Post,
	newSession?: NewSession,
): Promise<Posted> {
	const inSession =
		sessionId && isSessionId(sessionId)
			? await writePost({
					sessionId: sessionId.toLowerCase(),
					actor,
					post,
					mayGoElsewhere: newSession !== undefined,
				})
			: null;
	const goesElsewhere = inSession === null || inSession.kind === "elsewhere";
	const outcome =
		goesElsewhere && newSession && actor.type === "customer"
			? await writeToOpenSession(sessionId, actor.identity, post, newSession)
			: inSession;
	const written = outcome && (await readOutcome(outcome));
	if (!written) throw sessionNotFound();
	if (written.isNew && actor.type === "customer") enqueueFollowUp(written, post);
	return { message: written.message, isNew: written.isNew };
}

/** Writes into the customer's open session, the given one if several are open, or into a new one. */
async function writeToOpenSession(
	sessionId: string | null,
	identity: CustomerIdentity,
	post: Post,
	newSession: NewSession,
): Promise<Outcome | null> {
	const current = await findCurrentSession(identity);
	if (!current?.row.isActive) await newSession.countOpening();
	const actor: Actor = { type: "customer", identity };
	const locale = newSession.locale();
	return transact(async (tx) => {
		await lockIdentity(tx, identity);
		const before = await findWritten(tx, actor, post.clientMessageId);
		if (before) return { kind: "written-before", ...before };
		const open = await lockOrCreateOpenSession(tx, identity, { sessionId, locale });
		const item = { sessionId: open.sessionId, actor, post, mayGoElsewhere: false };
		const [outcome] = await writePosts(writerOf(tx), [item], { waits: true });
		// Thrown inside the transaction, so that a session opened for a refused message is not kept.
		if (outcome?.kind === "refused") throw outcome.error;
		return outcome ?? null;
	});
}

/** @returns null when the session is not one of the actor. @throws the error of a refused post */
async function readOutcome(outcome: Outcome): Promise<Written | null> {
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

/** Starts what follows a customer's message: the assistant's answer, or what an agent needs to read it. */
function enqueueFollowUp({ message, isQuestion }: Written, { network = "" }: Post): void {
	const { sessionId, message: text } = message;
	if (isQuestion) enqueueJob("answer-session", { sessionId, network });
	else {
		enqueueJob("translate-session", sessionId);
		enqueueJob("check-urgency", { sessionId, text });
	}
}

async function findWritten(tx: EventTransaction, actor: Actor, clientMessageId: string | null | undefined) {
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
