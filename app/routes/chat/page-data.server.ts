import { randomUUID } from "node:crypto";
import { hasLanguageModel } from "#app/ai/reply/answer-question.server.ts";
import { nameOwner } from "#app/auth/owner.server.ts";
import type { SignedIdentity } from "#app/auth/token.server.ts";
import { listEarlierSessions } from "#app/models/chat-session/earlier.server.ts";
import { findCurrentSession, findGivenEmail } from "#app/models/chat-session/find.server.ts";
import { sessionForCustomer } from "#app/models/chat-session/present.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { encodeCursor } from "#app/realtime/cursor.ts";
import { getEpoch } from "#app/realtime/epoch.server.ts";
import { HISTORY_LIMIT, type Message, type Session } from "#app/realtime/events.ts";

export type ChatPageData = {
	session: Session | null;
	messages: Message[];
	/**
	 * The cursor from which the event stream continues after the data of this page; null: the stream starts with the
	 * newest messages.
	 */
	cursor: string | null;
	lastSeq: number;
	/** The sequence before which there are older messages; null when the page contains the beginning of the session. */
	olderBefore: number | null;
	customerName: string | null;
	/** The customer's known email address, which the form shows as its initial value; null when unknown. */
	knownEmail: string | null;
	/**
	 * An opaque name of the customer for whom the page was rendered. The browser stores drafts and the outbox under this
	 * name.
	 */
	owner: string;
	/** The opaque name that the customer had as a guest before signing in; the browser moves the guest's stored data. */
	formerOwner: string | null;
	/** The message id in the composer's form without scripts, so that a repeated post writes only one message. */
	clientMessageId: string;
	isOffline: boolean;
	/** Whether the customer has ended sessions other than the session on the page. */
	hasEarlier: boolean;
	/** Whether the customer asked for a new conversation, although the last session could still be shown. */
	startsNew: boolean;
};

/**
 * The part of the chat that the customer asks for. `before` is set for a page of older messages: those before this
 * sequence.
 */
export type PageQuery = { wantsNew: boolean; before: number | null };

/**
 * Reads the query of /chat: `new` starts a new conversation, `before` is a sequence and asks for the messages before
 * it.
 */
export function readPageQuery(request: Request): PageQuery {
	const { searchParams } = new URL(request.url);
	const before = Number(searchParams.get("before"));
	return {
		wantsNew: searchParams.has("new"),
		before: Number.isInteger(before) && before > 0 ? before : null,
	};
}

/** The data of the customer's chat page, for a guest or a signed-in customer. */
export async function readChatPage(
	identity: SignedIdentity,
	{ wantsNew, before }: PageQuery = { wantsNew: false, before: null },
): Promise<ChatPageData> {
	const current = await findCurrentSession(identity);
	// The query `new` is ignored while a session is open, because the new conversation would hide that session.
	const startsNew = wantsNew && !current?.row.isActive;
	const view = startsNew ? null : current;
	const isOlderPage = before !== null;
	const page = view
		? await listMessages(view.row.sessionId, { limit: HISTORY_LIMIT, ...(isOlderPage ? { before } : {}) })
		: { messages: [], next: null };
	const earlier = await listEarlierSessions(identity, { limit: 2 });
	const customer = identity.customerId ? await getCustomer(identity.customerId) : null;
	return {
		session: view ? sessionForCustomer(view) : null,
		messages: page.messages.filter((message) => !view || message.seq <= view.row.lastSeq),
		// A page of older messages does not reach the newest message, so it has no cursor; the stream then begins with the
		// newest messages.
		cursor:
			view && !isOlderPage
				? encodeCursor({ epoch: await getEpoch(), public: view.row.lastSeq, internal: null })
				: null,
		lastSeq: isOlderPage ? (page.messages.at(-1)?.seq ?? 0) : (view?.row.lastSeq ?? 0),
		olderBefore: page.next,
		customerName: customer?.name ?? null,
		knownEmail: customer?.email ?? (await findGivenEmail(identity)),
		owner: nameOwner(identity),
		formerOwner: identity.formerOwner ?? null,
		clientMessageId: randomUUID(),
		isOffline: !hasLanguageModel(),
		hasEarlier: earlier.sessions.some(({ sessionId }) => sessionId !== view?.row.sessionId),
		startsNew,
	};
}
