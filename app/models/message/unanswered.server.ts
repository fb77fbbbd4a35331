import { and, desc, eq, lte, ne, sql } from "drizzle-orm";
import type { QuestionPosition } from "#app/models/assistant-action/tool-run-log.server.ts";
import { provedEmail } from "#app/models/chat-session/order-owner.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, customers } from "#db/schema.ts";
import type { AnswerSource, MessageMetadata } from "#db/shapes.ts";
import { forAnalysis } from "./analysed-part.ts";
import { MESSAGE_LIMIT } from "./text.ts";

/** One message of the conversation, as the assistant reads it. */
export type Utterance = {
	role: "customer" | "assistant" | "agent";
	text: string;
	/** The articles and products on which an answer of the assistant is based; absent without any. */
	sources?: AnswerSource[];
	/**
	 * The numbers of the orders that an answer of the assistant looked up or proposed to change. Empty when it listed the
	 * orders or asked who the customer is; absent when it was not about orders.
	 */
	orders?: string[];
};

/** The question of a turn with its context: the session, the customer and the earlier messages. */
export type UnansweredQuestion = {
	/**
	 * The analysed part of the customer's messages since the last answer, joined by line breaks; at most
	 * ANALYSED_CHARACTERS.
	 */
	question: string;
	/** The whole question, for a language model; absent when `question` is the whole. At most MESSAGE_LIMIT. */
	fullQuestion?: string;
	/** The messages before the question, oldest first, without those that `summary` covers. */
	history: Utterance[];
	/** A summary of the beginning of a long session; absent for a short one. */
	summary?: string | null;
	/** The id of the signed-in customer; null for a guest. */
	customerId: string | null;
	/** The email address that the customer has verified in this session. */
	verifiedEmail?: string | null;
	/** The session and sequence of the question; absent for a question outside any session. */
	position?: QuestionPosition;
	customerName: string | null;
	/** The page's language (BCP 47). */
	locale: string;
	/** The detected language of the customer's earlier messages; null when unknown. */
	previousLanguage?: string | null;
};

/** The number of the newest answers in a row in which the assistant had no answer and offered a person. */
type UnansweredCount = { unansweredInARow: number };

/** Number of messages before the question that the assistant gets. */
const HISTORY_MESSAGES = 30;

const ROLE_BY_SENDER = { user: "customer", bot: "assistant", agent: "agent" } as const;

/**
 * Reads the question of a turn: all messages of the customer since the last answer, with the earlier messages and the
 * customer's identity.
 * @throws Error when the session does not exist any more.
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
				// A stopped answer does not count as an answer to the question before it.
				sql`not ${chatMessages.metadata} ? 'stopped'`,
			),
		)
		.orderBy(desc(chatMessages.seq))
		.limit(HISTORY_MESSAGES);
	const newestFirst = rows.map((row) => ({
		seq: row.seq,
		role: ROLE_BY_SENDER[row.senderType as keyof typeof ROLE_BY_SENDER],
		text: row.text,
		...readTopic(row.metadata),
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
		history: before.reverse().map(({ seq: _seq, ...utterance }): Utterance => utterance),
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

/** What an answer was about, from the metadata of its message. */
function readTopic({
	sources,
	did,
	proposal,
	identify,
}: MessageMetadata): Pick<Utterance, "sources" | "orders"> {
	const orders = [...(did ?? []), ...(proposal ? [proposal] : [])].flatMap(
		({ orderNumber }) => orderNumber ?? [],
	);
	return { ...(sources ? { sources } : {}), ...(did || proposal || identify ? { orders } : {}) };
}

/**
 * The end of a text, at most MESSAGE_LIMIT long. Otherwise many messages before an answer could make a question of
 * 300,000 characters, which costs time in each analysis and money at the provider.
 */
const lastCharacters = (text: string): string => text.slice(-MESSAGE_LIMIT).replace(/^[\udc00-\udfff]/, "");
