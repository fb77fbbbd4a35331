import { randomUUID } from "node:crypto";
import { env } from "#app/env.server.ts";
import { ANSWER_DELAY } from "#app/models/ai-turn/ai-turn.server.ts";
import {
	type Actor,
	REVOKED_IDENTITY_MESSAGE,
	sessionNotFound,
} from "#app/models/chat-session/scope.server.ts";
import { Blocked, Conflict, type DomainError, TooMany, Unauthorised } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { type EventWriter, publishLogged } from "#app/realtime/publish.server.ts";
import type { MessageRow } from "./present.server.ts";

/** Maximum number of messages that a customer may send in a minute. */
const CUSTOMER_LIMIT_A_MINUTE = 30;

export type Post = {
	message: string;
	clientMessageId?: string | null;
	messageType?: string;
	metadata?: Record<string, unknown>;
	/** For a customer's message: a keyed hash of the sender's network (IP range), by `senderNetworkKey`. */
	network?: string;
};

export type NewMessage = {
	sessionId: string;
	senderType: MessageRow["senderType"];
	senderName?: string | null;
	message: string;
	messageType?: string | undefined;
	metadata?: MessageRow["metadata"] | undefined;
	clientMessageId?: string | null | undefined;
	/** The message's id, when it is known before: the text of a live answer is streamed under the id of its message. */
	id?: string;
};

/** A post (a message to write) and the session to write it to. */
export type SessionPost = {
	/** A valid id in lower case, as the database writes it. */
	sessionId: string;
	actor: Actor;
	post: Post;
	/**
	 * Whether the message may be written to another session of the customer. The message then counts as written if any of
	 * the customer's sessions has it, and the post's outcome is `elsewhere` if the given session is not open.
	 */
	mayGoElsewhere: boolean;
};

/**
 * The result of a post. `isQuestion`: a turn of the assistant was enqueued with the message. `busy`: another
 * transaction has locked the session, so nothing was read. `elsewhere`: the session is not an open one of the customer.
 */
export type PostOutcome =
	| { kind: "written"; message: Message; isQuestion: boolean }
	| { kind: "written-before"; sessionId: string; id: string }
	| { kind: "refused"; error: DomainError }
	| { kind: "elsewhere" }
	| { kind: "busy" };

/**
 * The result for one post of the database function `write_posts` (newest version in db/migrations), which has the rules
 * for posts.
 */
type PostDecision = {
	/** The number of the post in the call of `write_posts`, from 1. */
	place: number;
	kind:
		| "written"
		| "before"
		| "busy"
		| "missing"
		| "elsewhere"
		| "ended"
		| "too-many"
		| "other-agent"
		| "blocked"
		| "revoked";
	messageId: string;
	sessionId: string;
	wait: number;
	isQuestion: boolean;
	seq: number;
	event: string;
};

const WRITE_POSTS = "select * from write_posts($1::text::jsonb)";

/**
 * Writes posts, each decided independently in the order given; a customer's message also enqueues a turn. It is one
 * statement for any number of posts, so it is a transaction by itself.
 *
 * @param options.waits whether to wait for sessions that another transaction has locked; otherwise such a post is `busy`.
 * @returns an outcome for each post, in their order.
 */
export async function writePosts(
	writer: EventWriter,
	posts: SessionPost[],
	options: { waits: boolean },
): Promise<PostOutcome[]> {
	const decisions = await writer.run<PostDecision>(WRITE_POSTS, {
		posts: posts.map(toItem),
		waits: options.waits,
		mostAMinute: env().RATE_LIMITS === "on" ? CUSTOMER_LIMIT_A_MINUTE : null,
		...ANSWER_DELAY,
	});
	const outcomes: PostOutcome[] = [];
	for (const decision of decisions) {
		const item = posts[decision.place - 1];
		if (!item) throw new Error("The database returned a decision for an unknown post.");
		outcomes[decision.place - 1] = toOutcome(writer, item, decision);
	}
	return outcomes;
}

function toItem({ sessionId, actor, post, mayGoElsewhere }: SessionPost) {
	const isCustomer = actor.type === "customer";
	const message = draftMessage({
		sessionId,
		senderType: isCustomer ? "user" : "agent",
		senderName: isCustomer ? null : actor.name,
		message: post.message,
		messageType: post.messageType,
		metadata: post.metadata,
		clientMessageId: post.clientMessageId,
	});
	return {
		session: sessionId,
		message,
		visitor: isCustomer ? actor.identity.visitorId : null,
		owner: isCustomer ? actor.identity.customerId : null,
		agent: actor.type === "agent" ? actor.agentId : null,
		// For a customer, the database takes the sender's id from the session.
		sender: isCustomer ? null : actor.type === "agent" ? actor.agentId : actor.name,
		wanders: isCustomer && mayGoElsewhere,
		network: isCustomer ? (post.network ?? "") : "",
	};
}

function toOutcome(
	{ wakeUps }: EventWriter,
	{ sessionId, mayGoElsewhere }: SessionPost,
	decision: PostDecision,
): PostOutcome {
	switch (decision.kind) {
		case "written":
			publishLogged(wakeUps, { sessionId, seq: decision.seq, type: "new-message", json: decision.event });
			return { kind: "written", message: readMessage(decision.event), isQuestion: decision.isQuestion };
		case "before":
			return { kind: "written-before", sessionId: decision.sessionId, id: decision.messageId };
		case "busy":
		case "elsewhere":
			return { kind: decision.kind };
		case "missing":
			return mayGoElsewhere ? { kind: "elsewhere" } : { kind: "refused", error: sessionNotFound() };
		case "ended":
			return refusedOutcome(new Conflict("This conversation has ended. Start a new one to go on."));
		case "other-agent":
			return refusedOutcome(
				new Conflict("Another agent has taken this conversation. Your text was not sent."),
			);
		case "blocked":
			return refusedOutcome(new Blocked());
		case "revoked":
			return refusedOutcome(new Unauthorised(REVOKED_IDENTITY_MESSAGE));
		case "too-many":
			return refusedOutcome(
				new TooMany(
					decision.wait,
					`That is more than ${CUSTOMER_LIMIT_A_MINUTE} messages in a minute. Your text is kept; please send it again in ${decision.wait} seconds.`,
				),
			);
	}
}

const refusedOutcome = (error: DomainError): PostOutcome => ({ kind: "refused", error });

/** A message without its sequence and its time, which the database assigns. */
export function draftMessage(input: NewMessage): Omit<Message, "seq" | "sentAt"> {
	return {
		id: input.id ?? randomUUID(),
		sessionId: input.sessionId,
		clientMessageId: input.clientMessageId ?? null,
		senderType: input.senderType,
		senderName: input.senderName ?? null,
		message: input.message,
		messageType: input.messageType ?? "text",
		metadata: input.metadata ?? {},
		isRead: false,
	};
}

/** Reads the written message from the event that the database has written with it. */
export const readMessage = (event: string): Message => (JSON.parse(event) as { message: Message }).message;
