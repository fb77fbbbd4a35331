import { randomUUID } from "node:crypto";
import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { nameOwner } from "#app/auth/owner.server.ts";
import type { SignedIdentity } from "#app/auth/token.server.ts";
import { listEarlierSessions } from "#app/models/chat-session/earlier.server.ts";
import { findCurrentSession, findGivenEmail } from "#app/models/chat-session/find.server.ts";
import { forCustomer } from "#app/models/chat-session/present.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { encodeCursor } from "#app/realtime/cursor.ts";
import { getEpoch } from "#app/realtime/epoch.server.ts";
import { HISTORY_LIMIT, type Message, type Session } from "#app/realtime/events.ts";

export type ChatPageData = {
	session: Session | null;
	messages: Message[];
	/** Where the stream goes on from what is shown here. */
	cursor: string | null;
	lastSeq: number;
	/** Sequence before which there is more; null at the beginning of the conversation. */
	olderBefore: number | null;
	customerName: string | null;
	/** Where the customer can be reached, to prefill the form; null when it is not known. */
	knownEmail: string | null;
	/** Names whose page this is without saying who, for what the browser keeps for them. */
	owner: string;
	/** The same of the guest who became this customer: what was kept for them is this customer's now. */
	formerOwner: string | null;
	/** Names the plain form's message, so that sending it twice writes it once. */
	clientMessageId: string;
	isOffline: boolean;
	/** Whether the customer has ended conversations besides the one shown. */
	hasEarlier: boolean;
	/** The customer asked for a fresh page although the last conversation is still there to be seen. */
	startsNew: boolean;
};

/** What the customer's page shows, for whoever the browser is. */
export async function readChatPage(request: Request, identity: SignedIdentity): Promise<ChatPageData> {
	const { searchParams } = new URL(request.url);
	const current = await findCurrentSession(identity);
	// A fresh page over an open conversation would hide what is still going on.
	const startsNew = searchParams.has("new") && !current?.row.isActive;
	const view = startsNew ? null : current;
	const before = Number(searchParams.get("before"));
	const isOlderPage = Number.isInteger(before) && before > 0;
	const page = view
		? await listMessages(view.row.sessionId, { limit: HISTORY_LIMIT, ...(isOlderPage ? { before } : {}) })
		: { messages: [], next: null };
	const earlier = await listEarlierSessions(identity, { limit: 2 });
	const customer = identity.customerId ? await getCustomer(identity.customerId) : null;
	return {
		session: view ? forCustomer(view) : null,
		messages: page.messages.filter((message) => !view || message.seq <= view.row.lastSeq),
		// An older page does not reach the present: without a cursor the stream begins with the newest messages.
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
		isOffline: !hasModel(),
		hasEarlier: earlier.sessions.some(({ sessionId }) => sessionId !== view?.row.sessionId),
		startsNew,
	};
}
