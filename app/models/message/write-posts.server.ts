import { env } from "#app/env.server.ts";
import { ANSWER_DELAY } from "#app/models/ai-turn/ai-turn.server.ts";
import { type Actor, sessionNotFound } from "#app/models/chat-session/scope.server.ts";
import { Blocked, Conflict, type DomainError, TooMany } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { publishLogged } from "#app/realtime/publish.server.ts";
import type { RunStatement } from "#db/client.server.ts";
import { draftMessage, readMessage } from "./write.server.ts";

/** Messages a customer may send in a minute. */
const CUSTOMER_LIMIT_A_MINUTE = 30;

export type Post = {
	message: string;
	clientMessageId?: string | null;
	messageType?: string;
	metadata?: Record<string, unknown>;
	/** Of a customer's message: a keyed hash of the network it came from (`senderNetworkKey`). */
	network?: string;
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
 * What came of a post. `isQuestion`: an answer by the assistant was promised with it. `busy`: somebody else
 * has the session's row, nothing was looked at. `elsewhere`: the session is not an open one of the customer's.
 */
export type Outcome =
	| { kind: "written"; message: Message; isQuestion: boolean }
	| { kind: "written-before"; sessionId: string; id: string }
	| { kind: "refused"; error: DomainError }
	| { kind: "elsewhere" }
	| { kind: "busy" };

/** What the database's function, which holds the rules, says of one post: see the newest `write_posts` in db/migrations. */
type Judged = {
	/** From 1. */
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
		| "blocked";
	messageId: string;
	sessionId: string;
	wait: number;
	isQuestion: boolean;
	seq: number;
	event: string;
};

const WRITE_POSTS = "select * from write_posts($1::text::jsonb)";

/**
 * Writes posts, each judged by itself in the order given: with a customer's message goes the promise of an
 * answer. One statement, however many posts there are, and so a transaction also by itself.
 *
 * @param options.waits whether to wait for sessions somebody else has locked; otherwise such a post is `busy`.
 * @returns an outcome for each post, in their order.
 */
export async function writePosts(
	run: RunStatement,
	posts: SessionPost[],
	options: { waits: boolean },
): Promise<Outcome[]> {
	const judged = await run<Judged>(WRITE_POSTS, {
		posts: posts.map(toItem),
		waits: options.waits,
		mostAMinute: env().RATE_LIMITS === "on" ? CUSTOMER_LIMIT_A_MINUTE : null,
		...ANSWER_DELAY,
	});
	const outcomes: Outcome[] = [];
	for (const answer of judged) {
		const item = posts[answer.place - 1];
		if (!item) throw new Error("The database judged a post that nobody made.");
		outcomes[answer.place - 1] = toOutcome(run, item, answer);
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
		// A customer's is known by the session.
		sender: isCustomer ? null : actor.type === "agent" ? actor.agentId : actor.name,
		wanders: isCustomer && mayGoElsewhere,
		network: isCustomer ? (post.network ?? "") : "",
	};
}

function toOutcome(run: RunStatement, { sessionId, mayGoElsewhere }: SessionPost, judged: Judged): Outcome {
	switch (judged.kind) {
		case "written":
			publishLogged(run, { sessionId, seq: judged.seq, type: "new-message", json: judged.event });
			return { kind: "written", message: readMessage(judged.event), isQuestion: judged.isQuestion };
		case "before":
			return { kind: "written-before", sessionId: judged.sessionId, id: judged.messageId };
		case "busy":
		case "elsewhere":
			return { kind: judged.kind };
		case "missing":
			return mayGoElsewhere ? { kind: "elsewhere" } : { kind: "refused", error: sessionNotFound() };
		case "ended":
			return refuse(new Conflict("This conversation has ended. Start a new one to go on."));
		case "other-agent":
			return refuse(new Conflict("Another agent has taken this conversation. Your text was not sent."));
		case "blocked":
			return refuse(new Blocked());
		case "too-many":
			return refuse(
				new TooMany(
					judged.wait,
					`That is more than ${CUSTOMER_LIMIT_A_MINUTE} messages in a minute. Your text is kept; please send it again in ${judged.wait} seconds.`,
				),
			);
	}
}

const refuse = (error: DomainError): Outcome => ({ kind: "refused", error });
