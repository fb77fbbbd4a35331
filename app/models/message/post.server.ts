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
import { type Post, type PostOutcome, type SessionPost, writePosts } from "./write-posts.server.ts";

/** The result of a post: `isNew` is false when a message with the same client id had been written before. */
export type Posted = { message: Message; isNew: boolean };
/** The result of a post. `isQuestion`: a turn of the assistant was enqueued with the message. */
type WrittenPost = Posted & { isQuestion: boolean };

/**
 * For a customer's message whose session is not open: the message goes to the customer's open session, or to a new
 * session with these options.
 */
export type NewSession = {
	/** The language of the new session. */
	locale: () => string;
	/**
	 * Called before a session is opened, to limit the number of new sessions.
	 * @throws TooMany
	 */
	countOpening: () => Promise<void>;
};

/**
 * Posts that arrive at this process at the same time are written in one transaction, so that a busy process makes few
 * transactions. A post that fails does not affect the others: each post gets its own outcome. A post whose session
 * another transaction has locked waits alone. After an error of the database, each post is tried alone.
 */
const writePost = createPostBatcher<SessionPost, PostOutcome>({
	keyOf: ({ sessionId }) => sessionId,
	async processBatch(posts) {
		const outcomes = await transactAlone((writer) => writePosts(writer, posts, { waits: false }));
		return outcomes.map((outcome) => (outcome.kind === "busy" ? undefined : outcome));
	},
	async processAlone(post) {
		// A post that may wait for a lock uses a connection of the general pool, so that other posts do not wait for it.
		const [outcome] = await transact((tx) => writePosts(writerOf(tx), [post], { waits: true }));
		if (!outcome) throw new Error("A post had no outcome.");
		return outcome;
	},
	// After a lost connection it is unknown whether the commit succeeded. A retry is safe only with a client message id,
	// by which a written message is found.
	canRetryAlone: ({ post }, error) => isRolledBack(error) || Boolean(post.clientMessageId),
});

/**
 * Writes a message of a customer, an agent or a program: the only entry point for posts. With a customer's message, the
 * same transaction enqueues a turn of the assistant.
 * @param sessionId the session; null for a customer's first message.
 * @param newSession for a message from a customer's page. When the session has ended or is somebody else's, the message
 * is not refused but goes to the customer's open session or to a new one.
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

/**
 * Writes a customer's message to the customer's open session (the given one if several are open) or to a new session.
 */
async function writeToOpenSession(
	sessionId: string | null,
	identity: CustomerIdentity,
	post: Post,
	newSession: NewSession,
): Promise<PostOutcome | null> {
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
		// The error is thrown inside the transaction, so that a session that was opened for a refused message is not kept.
		if (outcome?.kind === "refused") throw outcome.error;
		return outcome ?? null;
	});
}

/**
 * Converts the outcome of a post to its result.
 * @returns null when the session is not an open one of the customer.
 * @throws the error of a refused post.
 */
async function readOutcome(outcome: PostOutcome): Promise<WrittenPost | null> {
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

/**
 * Starts the work that follows a customer's message: the assistant's answer, or the translation and urgency check for
 * an agent.
 */
function enqueueFollowUp({ message, isQuestion }: WrittenPost, { network = "" }: Post): void {
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
