import { env } from "#app/env.server.ts";
import { promiseAnswers } from "#app/models/ai-turn.server.ts";
import { type Actor, type CustomerIdentity, noSuchSession } from "#app/models/chat-session/scope.server.ts";
import { Conflict, type DomainError, TooMany } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import type { RunStatement } from "#db/client.server.ts";
import type { MessageRow } from "./present.server.ts";
import { makeMessage, type NewMessage, SENT_AT, writeMessages } from "./write.server.ts";

/** Messages a customer may send in a minute. */
const CUSTOMER_LIMIT_A_MINUTE = 30;

export type Post = {
	message: string;
	clientMessageId?: string | null;
	messageType?: string;
	metadata?: Record<string, unknown>;
};

/** A post on its way into a session. */
export type SessionPost = {
	/** A well-formed id in lower case, as the database writes it. */
	sessionId: string;
	actor: Actor;
	post: Post;
	/**
	 * Whether it is the words that count and not the session: a customer's message that was written in another
	 * session of theirs counts as written, and one for a session that is not open goes elsewhere.
	 */
	mayGoElsewhere: boolean;
};

/**
 * What came of a post. `isQuestion`: an answer by the assistant was promised with it. `busy`: somebody else has the session's row, nothing was looked at. `elsewhere`: the
 * session is not an open one of the customer's.
 */
export type Outcome =
	| { kind: "written"; message: Message; isQuestion: boolean }
	| { kind: "repeated"; message: Message }
	| { kind: "written-before"; sessionId: string; id: string }
	| { kind: "refused"; error: DomainError }
	| { kind: "elsewhere" }
	| { kind: "busy" };

/** One at a time a customer: see `lockFirstSteps`, whose locks these are. In one order, as all locks here. */
const LOCK_FIRST_STEPS = `
	select pg_advisory_xact_lock(key) from (
		select distinct hashtextextended(value, 0) as key from jsonb_array_elements_text($1::text::jsonb) order by 1
	) owners`;

const lockSessions = (whenBusy: "" | "skip locked") => `
	select
		session_id as "sessionId", user_id as "userId", visitor_id as "visitorId", is_active as "isActive", status,
		assigned_agent_id as "assignedAgentId", last_seq as "lastSeq", ${SENT_AT} as at
	from chat_sessions
	where session_id in (select value::uuid from jsonb_array_elements_text($1::text::jsonb))
	order by session_id
	for update ${whenBusy}`;
const LOCK_SESSIONS = lockSessions("");
const LOCK_FREE_SESSIONS = lockSessions("skip locked");

const SENDERS = `
	select distinct coalesce(user_id, visitor_id::text) as sender from chat_sessions
	where session_id in (select value::uuid from jsonb_array_elements_text($1::text::jsonb))`;

/**
 * The limit is a sender's over all their conversations, each of which has only its own lock. These are taken
 * after all others (their seed keeps them apart from the first steps'), so no two can wait for each other.
 */
const LOCK_SENDERS = `
	select pg_advisory_xact_lock(key) from (
		select distinct hashtextextended(sender, 1) as key from (${SENDERS}) senders order by 1
	) keys`;

const COUNT_LAST_MINUTE = `
	select sender, sent, wait from (${SENDERS}) senders cross join lateral (
		select count(*)::int as sent,
			ceil(extract(epoch from min(sent_at) + interval '1 minute' - now()))::int as wait
		from chat_messages
		where sender_type = 'user' and sender_id = sender and sent_at > now() - interval '1 minute'
	) counted`;

/** In the session itself, or, where a customer is named, in any of theirs: an index for each way. */
const FIND_WRITTEN = `
	select item.index, before.id, before.session_id as "sessionId"
	from jsonb_to_recordset($1::text::jsonb) as item(
		index int, "sessionId" uuid, "senderType" text, "clientMessageId" text, "visitorId" uuid, "customerId" text
	) cross join lateral (
		select id, session_id from chat_messages
		where session_id = item."sessionId" and sender_type = item."senderType"
			and client_message_id = item."clientMessageId"
		union all
		select m.id, m.session_id from chat_sessions s join chat_messages m using (session_id)
		where s.user_id = item."customerId" and m.sender_type = 'user'
			and m.client_message_id = item."clientMessageId"
		union all
		select m.id, m.session_id from chat_sessions s join chat_messages m using (session_id)
		where s.visitor_id = item."visitorId" and s.user_id is null and m.sender_type = 'user'
			and m.client_message_id = item."clientMessageId"
		limit 1
	) before`;

type LockedSession = {
	sessionId: string;
	userId: string | null;
	visitorId: string;
	isActive: boolean;
	status: string;
	assignedAgentId: string | null;
	lastSeq: number;
	at: string;
};
type Sent = { sent: number; wait: number | null };

/**
 * Writes posts in the caller's transaction, each judged by itself in the order given: with a customer's
 * message goes the promise of an answer. All that is asked of the database goes in two flights, however many
 * posts there are: locks and what to judge by, then the writes.
 *
 * @param options.waits whether to wait for sessions somebody else has locked; otherwise such a post is `busy`.
 * @returns an outcome for each post, in their order.
 */
export async function writePosts(
	run: RunStatement,
	posts: SessionPost[],
	options: { waits: boolean },
): Promise<Outcome[]> {
	const known = await lockAndRead(run, posts, options.waits);
	const written: { input: NewMessage; message: Message }[] = [];
	const questions = new Map<string, number>();
	const repeated = new Map<string, Message>();

	const outcomes = posts.map((item, index): Outcome => {
		const session = known.sessions.get(item.sessionId);
		if (!session && !options.waits) return { kind: "busy" };
		if (!session || !owns(item.actor, session)) return missing(item);
		// An anonymous conversation of somebody who has signed in since must first become theirs.
		const isUnclaimed = item.actor.type === "customer" && item.actor.identity.customerId !== session.userId;
		if (item.mayGoElsewhere && isUnclaimed) return { kind: "elsewhere" };
		const before = known.before.get(index);
		if (before) return { kind: "written-before", ...before };
		const names = namesOf(item, session);
		const twin = names.map((name) => repeated.get(name)).find((message) => message !== undefined);
		if (twin) return { kind: "repeated", message: twin };
		const error = whyRefused(item, session, known.sent.get(senderOf(session)));
		if (error && item.mayGoElsewhere && !session.isActive) return { kind: "elsewhere" };
		if (error) return { kind: "refused", error };

		const input = toNewMessage(item, session);
		session.lastSeq += 1;
		const message = makeMessage(input, { seq: session.lastSeq, at: session.at });
		written.push({ input, message });
		for (const name of names) repeated.set(name, message);
		const isQuestion = item.actor.type === "customer" && session.status === "assistant";
		if (item.actor.type === "customer") {
			const sent = known.sent.get(senderOf(session));
			if (sent) sent.sent += 1;
			if (isQuestion) questions.set(session.sessionId, message.seq);
		}
		return { kind: "written", message, isQuestion };
	});

	if (written.length > 0) {
		await Promise.all([writeMessages(run, written), promiseAnswers(run, questions)]);
	}
	return outcomes;
}

/** Takes the locks, in the one order that all takers keep, and then reads: each statement sees what is locked. */
async function lockAndRead(run: RunStatement, posts: SessionPost[], waits: boolean) {
	const sessionIds = [...new Set(posts.map(({ sessionId }) => sessionId))];
	const wandering = posts.flatMap(({ actor, mayGoElsewhere }) =>
		mayGoElsewhere && actor.type === "customer" ? [ownerOf(actor.identity)] : [],
	);
	const isCounted = env().RATE_LIMITS === "on";
	const counted = isCounted
		? posts.filter(({ actor }) => actor.type === "customer").map(({ sessionId }) => sessionId)
		: [];
	const named = posts.flatMap(({ sessionId, actor, post, mayGoElsewhere }, index) => {
		if (!post.clientMessageId) return [];
		const identity = mayGoElsewhere && actor.type === "customer" ? actor.identity : null;
		return [
			{
				index,
				sessionId,
				senderType: senderTypeOf(actor),
				clientMessageId: post.clientMessageId,
				...identity,
			},
		];
	});
	const [, sessions, , sent, before] = await Promise.all([
		wandering.length > 0 ? run(LOCK_FIRST_STEPS, wandering) : null,
		run<LockedSession>(waits ? LOCK_SESSIONS : LOCK_FREE_SESSIONS, sessionIds),
		counted.length > 0 ? run(LOCK_SENDERS, counted) : null,
		counted.length > 0 ? run<Sent & { sender: string }>(COUNT_LAST_MINUTE, counted) : [],
		named.length > 0 ? run<{ index: number; id: string; sessionId: string }>(FIND_WRITTEN, named) : [],
	]);
	return {
		sessions: new Map(sessions.map((row) => [row.sessionId, row])),
		sent: new Map(sent.map((row): [string, Sent] => [row.sender, row])),
		before: new Map(before.map(({ index, id, sessionId }) => [index, { id, sessionId }])),
	};
}

/** `ownedBy` for a row at hand. */
function owns(actor: Actor, session: LockedSession): boolean {
	if (actor.type !== "customer") return true;
	const { visitorId, customerId } = actor.identity;
	if (session.userId === null) return session.visitorId === visitorId;
	return session.userId === customerId;
}

function missing({ mayGoElsewhere }: SessionPost): Outcome {
	return mayGoElsewhere ? { kind: "elsewhere" } : { kind: "refused", error: noSuchSession() };
}

function whyRefused(
	{ actor }: SessionPost,
	session: LockedSession,
	sent: Sent | undefined,
): DomainError | null {
	if (!session.isActive) return new Conflict("This conversation has ended. Start a new one to go on.");
	if (actor.type === "customer" && sent && sent.sent >= CUSTOMER_LIMIT_A_MINUTE) {
		// Nothing counted before: the minute began with this very group.
		const wait = Math.max(1, sent.wait ?? 60);
		return new TooMany(
			wait,
			`That is more than ${CUSTOMER_LIMIT_A_MINUTE} messages in a minute. Your text is kept; please send it again in ${wait} seconds.`,
		);
	}
	if (actor.type === "agent" && session.assignedAgentId !== actor.agentId) {
		return new Conflict("Another agent has taken this conversation. Your text was not sent.");
	}
	return null;
}

function toNewMessage({ actor, post }: SessionPost, session: LockedSession): NewMessage {
	return {
		sessionId: session.sessionId,
		senderType: senderTypeOf(actor),
		senderId:
			actor.type === "customer" ? senderOf(session) : actor.type === "agent" ? actor.agentId : actor.name,
		senderName: actor.type === "customer" ? null : actor.name,
		message: post.message,
		messageType: post.messageType ?? "text",
		metadata: post.metadata ?? {},
		clientMessageId: post.clientMessageId ?? null,
	};
}

/** Under what a message of this group is found again by a post that repeats it. */
function namesOf({ actor, post, mayGoElsewhere }: SessionPost, session: LockedSession): string[] {
	if (!post.clientMessageId) return [];
	const inSession = `${session.sessionId} ${senderTypeOf(actor)} ${post.clientMessageId}`;
	return mayGoElsewhere ? [inSession, `${senderOf(session)} ${post.clientMessageId}`] : [inSession];
}

const senderTypeOf = (actor: Actor): MessageRow["senderType"] =>
	actor.type === "customer" ? "user" : "agent";
const senderOf = (session: LockedSession): string => session.userId ?? session.visitorId;
const ownerOf = (identity: CustomerIdentity): string => identity.customerId ?? identity.visitorId;
