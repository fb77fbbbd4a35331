import { and, desc, eq, lte, ne } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, customers } from "#db/schema.ts";

export type Utterance = { role: "customer" | "assistant" | "agent"; text: string };

/** What is to be answered, and who asks as the server knows it. */
export type Unanswered = {
	/** The customer's newest words, several quick messages joined by a line break. */
	question: string;
	/** What was said before the question, oldest first. */
	history: Utterance[];
	/** Null while anonymous. */
	customerId: string | null;
	customerName: string | null;
	locale: string;
};

/** How many messages before the question are shown to the assistant. */
const HISTORY_MESSAGES = 30;

const ROLES = { user: "customer", bot: "assistant", agent: "agent" } as const;

/**
 * What a turn has to answer: everything the customer wrote since they were last answered, what was said
 * before, and who asks as the server knows it.
 * @throws when the session is gone.
 */
export async function readUnanswered(sessionId: string, questionSeq: number): Promise<Unanswered> {
	const [session] = await db
		.select({ customerId: chatSessions.userId, locale: chatSessions.locale, customerName: customers.name })
		.from(chatSessions)
		.leftJoin(customers, eq(customers.id, chatSessions.userId))
		.where(eq(chatSessions.sessionId, sessionId));
	if (!session) throw new Error("The session of this turn is gone.");
	const rows = await db
		.select({ senderType: chatMessages.senderType, text: chatMessages.message })
		.from(chatMessages)
		.where(
			and(
				eq(chatMessages.sessionId, sessionId),
				lte(chatMessages.seq, questionSeq),
				ne(chatMessages.senderType, "system"),
			),
		)
		.orderBy(desc(chatMessages.seq))
		.limit(HISTORY_MESSAGES);
	const newestFirst = rows.map((row) => ({
		role: ROLES[row.senderType as keyof typeof ROLES],
		text: row.text,
	}));
	const answeredAt = newestFirst.findIndex((utterance) => utterance.role !== "customer");
	const asked = answeredAt === -1 ? newestFirst : newestFirst.slice(0, answeredAt);
	const before: Utterance[] = answeredAt === -1 ? [] : newestFirst.slice(answeredAt);
	return {
		question: asked
			.reverse()
			.map((utterance) => utterance.text)
			.join("\n"),
		history: before.reverse(),
		customerId: session.customerId,
		customerName: session.customerName,
		locale: session.locale,
	};
}
