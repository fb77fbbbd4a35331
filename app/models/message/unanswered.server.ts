import { and, desc, eq, lte, ne, sql } from "drizzle-orm";
import type { QuestionPosition } from "#app/models/assistant-action/tool-run-log.server.ts";
import { provedEmail } from "#app/models/chat-session/order-owner.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, customers } from "#db/schema.ts";
import { forAnalysis } from "./analysed-part.ts";
import { MESSAGE_LIMIT } from "./text.ts";

export type Utterance = { role: "customer" | "assistant" | "agent"; text: string };

/** What is to be answered, and who asks as the server knows it. */
export type UnansweredQuestion = {
	/**
	 * The part that is analysed of what the customer wrote since the last answer, several quick messages joined by a
	 * line break: at most ANALYSED_CHARACTERS.
	 */
	question: string;
	/** The whole of it, for a language model; absent where `question` is the whole. At most MESSAGE_LIMIT. */
	fullQuestion?: string;
	/** What was said before the question, oldest first; without what `summary` tells of. */
	history: Utterance[];
	/** A long conversation's beginning in a few sentences; absent while it is short. */
	summary?: string | null;
	/** Null while anonymous. */
	customerId: string | null;
	/** The address the customer has proved in this conversation. */
	verifiedEmail?: string | null;
	/** Where the question was asked; absent for one that belongs to no conversation. */
	position?: QuestionPosition;
	customerName: string | null;
	/** BCP 47, of the page. */
	locale: string;
	/** The language the customer writes in, as far as it is known by now. */
	previousLanguage?: string | null;
};

/** How many of the assistant's newest answers in a row did not know, and offered a person instead. */
type UnansweredCount = { unansweredInARow: number };

/** How many messages before the question are shown to the assistant. */
const HISTORY_MESSAGES = 30;

const ROLES = { user: "customer", bot: "assistant", agent: "agent" } as const;

/**
 * What a turn has to answer: everything the customer wrote since they were last answered, what was said
 * before, and who asks as the server knows it.
 * @throws when the session is gone.
 */
export async function readUnansweredQuestion(
	sessionId: string,
	questionSeq: number,
): Promise<UnansweredQuestion & UnansweredCount> {
	const [found] = await db
		.select({ session: chatSessions, customerName: customers.name })
		.from(chatSessions)
		.leftJoin(customers, eq(customers.id, chatSessions.userId))
		.where(eq(chatSessions.sessionId, sessionId));
	if (!found) throw new Error("The session of this turn is gone.");
	const rows = await db
		.select({
			seq: chatMessages.seq,
			senderType: chatMessages.senderType,
			text: chatMessages.message,
			metadata: chatMessages.metadata,
		})
		.from(chatMessages)
		.where(
			and(
				eq(chatMessages.sessionId, sessionId),
				lte(chatMessages.seq, questionSeq),
				ne(chatMessages.senderType, "system"),
				// A stopped answer answers nothing: its question is still open.
				sql`not ${chatMessages.metadata} ? 'stopped'`,
			),
		)
		.orderBy(desc(chatMessages.seq))
		.limit(HISTORY_MESSAGES);
	const newestFirst = rows.map((row) => ({
		seq: row.seq,
		role: ROLES[row.senderType as keyof typeof ROLES],
		text: row.text,
	}));
	const answers = rows.filter((row) => row.senderType !== "user");
	const firstHit = answers.findIndex((row) => !row.metadata.offersPerson);
	const answeredAt = newestFirst.findIndex((utterance) => utterance.role !== "customer");
	const asked = answeredAt === -1 ? newestFirst : newestFirst.slice(0, answeredAt);
	const { summary, summarySeq } = found.session;
	const before = (answeredAt === -1 ? [] : newestFirst.slice(answeredAt)).filter(
		({ seq }) => !summary || seq > summarySeq,
	);
	return {
		...forAnalysis(
			lastCharacters(
				asked
					.reverse()
					.map((utterance) => utterance.text)
					.join("\n"),
			),
		),
		history: before.reverse().map(({ role, text }): Utterance => ({ role, text })),
		summary,
		customerId: found.session.userId,
		verifiedEmail: provedEmail(found.session),
		customerName: found.customerName,
		locale: found.session.locale,
		previousLanguage: found.session.detectedLanguage,
		position: { sessionId, questionSeq },
		unansweredInARow: firstHit === -1 ? answers.length : firstHit,
	};
}

/**
 * The end of a text, as long as a message may be. Whoever writes on before the answer comes could otherwise make a
 * question of 300,000 characters, which every reading of it, and the provider's bill, would have to bear.
 */
const lastCharacters = (text: string): string => text.slice(-MESSAGE_LIMIT).replace(/^[\udc00-\udfff]/, "");
