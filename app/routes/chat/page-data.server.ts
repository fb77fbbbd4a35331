import { randomUUID } from "node:crypto";
import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { nameOwner } from "#app/auth/owner.server.ts";
import type { CustomerIdentity } from "#app/auth/token.server.ts";
import { findCurrentSession } from "#app/models/chat-session/find.server.ts";
import { forCustomer } from "#app/models/chat-session/present.server.ts";
import { getCustomer } from "#app/models/customer.server.ts";
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
	/** Names whose page this is without saying who, for what the browser keeps for them. */
	owner: string;
	/** Names the plain form's message, so that sending it twice writes it once. */
	clientMessageId: string;
	isOffline: boolean;
	/** The customer asked for a fresh page although the last conversation is still there to be seen. */
	startsNew: boolean;
};

/** What the customer's page shows, for whoever the browser is. */
export async function readChatPage(request: Request, identity: CustomerIdentity): Promise<ChatPageData> {
	const { searchParams } = new URL(request.url);
	const current = await findCurrentSession(identity);
	// A fresh page over an open conversation would hide what is still going on.
	const startsNew = searchParams.has("new") && !current?.row.isActive;
	const view = startsNew ? null : current;
	const before = Number(searchParams.get("before"));
	const page = view
		? await listMessages(view.row.sessionId, {
				limit: HISTORY_LIMIT,
				...(Number.isInteger(before) && before > 0 ? { before } : {}),
			})
		: { messages: [], next: null };
	const customer = identity.customerId ? await getCustomer(identity.customerId) : null;
	return {
		session: view ? forCustomer(view) : null,
		messages: page.messages.filter((message) => !view || message.seq <= view.row.lastSeq),
		cursor: view ? encodeCursor({ epoch: await getEpoch(), public: view.row.lastSeq, internal: null }) : null,
		lastSeq: view?.row.lastSeq ?? 0,
		olderBefore: page.next,
		customerName: customer?.name ?? null,
		owner: nameOwner(identity),
		clientMessageId: randomUUID(),
		isOffline: !hasModel(),
		startsNew,
	};
}
