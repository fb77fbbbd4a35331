import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { NotFound } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, messageTranslations } from "#db/schema.ts";
import type { Translation } from "#db/shapes.ts";
import { type MessageRow, toMessage } from "./present.server.ts";

/** Maximum number of messages of a session that are translated for its agent: the newest ones. */
const MOST_MESSAGES = 50;
/** Seconds after which the claim of a translation expires, because its process may have died. */
const CLAIM_SECONDS = 60;

/**
 * The messages of the customer and the assistant in a session that have no translation yet, oldest first.
 * @returns null while the session is neither with an agent nor in the queue.
 */
export async function readUntranslated(
	sessionId: string,
): Promise<{ session: typeof chatSessions.$inferSelect; messages: MessageRow[] } | null> {
	const [session] = await db.select().from(chatSessions).where(eq(chatSessions.sessionId, sessionId));
	if (session?.status !== "queued" && session?.status !== "agent") return null;
	const newest = await db
		.select()
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), inArray(chatMessages.senderType, ["user", "bot"])))
		.orderBy(desc(chatMessages.seq))
		.limit(MOST_MESSAGES);
	const messages = newest.filter(({ metadata }) => metadata.translation?.state !== "done").reverse();
	return { session, messages };
}

/** Stores the detected language of a customer. */
export async function noteLanguage(sessionId: string, language: string): Promise<void> {
	await db
		.update(chatSessions)
		.set({ detectedLanguage: language })
		.where(
			and(
				eq(chatSessions.sessionId, sessionId),
				sql`${chatSessions.detectedLanguage} is distinct from ${language}`,
			),
		);
}

/**
 * Claims the translation of a message into a language. Of all processes that try, one succeeds. A row without text is a
 * claim; it expires after a minute.
 */
export async function claimTranslation(messageId: string, to: string): Promise<boolean> {
	const claimed = await db
		.insert(messageTranslations)
		.values({ messageId, locale: to, text: "", model: "" })
		.onConflictDoUpdate({
			target: [messageTranslations.messageId, messageTranslations.locale],
			set: { createdAt: sql`now()` },
			setWhere: sql`${messageTranslations.text} = '' and
				${messageTranslations.createdAt} < now() - make_interval(secs => ${CLAIM_SECONDS})`,
		})
		.returning({ messageId: messageTranslations.messageId });
	return claimed.length > 0;
}

/** Stores a message's translation, or that the translation failed, in place of the claim, and publishes the message. */
export async function keepTranslation(
	message: Pick<MessageRow, "id" | "sessionId">,
	result: { from: string; to: string; text: string | null; model: string },
): Promise<void> {
	const { from, to, text, model } = result;
	const row = and(eq(messageTranslations.messageId, message.id), eq(messageTranslations.locale, to));
	const translation: Translation = text ? { from, to, text, state: "done" } : { from, to, state: "failed" };
	await transact(async (tx) => {
		// The session is locked before the message, in the order of all transactions.
		await tx
			.select({ id: chatSessions.id })
			.from(chatSessions)
			.where(eq(chatSessions.sessionId, message.sessionId))
			.for("update");
		if (text) await tx.update(messageTranslations).set({ text, model }).where(row);
		else await tx.delete(messageTranslations).where(row);
		const [changed] = await tx
			.update(chatMessages)
			.set({ metadata: sql`${chatMessages.metadata} || ${JSON.stringify({ translation })}::jsonb` })
			.where(eq(chatMessages.id, message.id))
			.returning();
		if (!changed) return;
		await publish(tx, {
			sessionId: message.sessionId,
			stream: "public",
			type: "message-updated",
			data: (place) => ({ ...place, message: toMessage(changed) }),
		});
	});
}

/** Stores an agent's original text beside the translation that was sent. */
export async function keepOriginal(message: Message, original: { locale: string; text: string }) {
	await db
		.insert(messageTranslations)
		.values({ messageId: message.id, ...original, model: "agent" })
		.onConflictDoNothing();
}

/** Removes a failed translation, so that the message is translated again. @throws NotFound */
export async function forgetFailedTranslation(sessionId: string, messageId: string): Promise<void> {
	const changed = await db
		.update(chatMessages)
		.set({ metadata: sql`${chatMessages.metadata} - 'translation'` })
		.where(
			and(
				eq(chatMessages.sessionId, sessionId),
				sql`${chatMessages.id}::text = ${messageId}`,
				sql`${chatMessages.metadata} -> 'translation' ->> 'state' = 'failed'`,
			),
		)
		.returning({ id: chatMessages.id });
	if (changed.length === 0) throw new NotFound("There is no such failed translation.");
}
