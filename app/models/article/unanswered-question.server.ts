import { desc, eq, sql } from "drizzle-orm";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import { NotFound } from "#app/models/errors.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { unansweredQuestions } from "#db/schema.ts";

export type UnansweredQuestion = typeof unansweredQuestions.$inferSelect;

/** Maximum stored length of an unanswered question, in characters. */
const MAX_QUESTION_CHARACTERS = 500;
/**
 * Characters of the customer's message from which the stored question is made. More are read than stored, because
 * removing personal data makes the text shorter.
 */
const MAX_SOURCE_CHARACTERS = 4 * MAX_QUESTION_CHARACTERS;

/** The key under which repeated unanswered questions are counted: only the letters and digits of the question. */
function questionKey(question: string): string {
	return question
		.normalize("NFKC")
		.toLowerCase()
		.replace(/['’‘`]/g, "")
		.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
		.trim();
}

/**
 * Stores a question that the assistant could not answer, without personal data, or increases its count. The function
 * runs in the transaction that ends the turn, so that no turn counts twice. A question that was marked as done opens
 * again; an ignored question stays ignored.
 * @param asked.customerName removed from the text, where the store knows it.
 */
export async function recordUnanswered(
	tx: Transaction,
	asked: { question: string; customerName: string | null; locale: string; intent: string; sessionId: string },
): Promise<void> {
	const question = withoutPersonalData(asked.question.slice(0, MAX_SOURCE_CHARACTERS), asked.customerName)
		.slice(0, MAX_QUESTION_CHARACTERS)
		.toWellFormed();
	const normalized = questionKey(question);
	if (normalized === "") return;
	const locale = asked.locale.toLowerCase().split("-")[0] ?? "";
	const { intent, sessionId } = asked;
	await tx
		.insert(unansweredQuestions)
		.values({ normalized, question, locale, intent, lastSessionId: sessionId })
		.onConflictDoUpdate({
			target: [unansweredQuestions.locale, unansweredQuestions.normalized],
			set: {
				times: sql`${unansweredQuestions.times} + 1`,
				lastAt: sql`now()`,
				lastSessionId: sessionId,
				state: sql`case when ${unansweredQuestions.state} = 'done' then 'open' else ${unansweredQuestions.state} end`,
			},
		});
}

/** The open unanswered questions: the most frequent first, among equal ones the newest first. */
export async function listUnanswered(limit: number): Promise<UnansweredQuestion[]> {
	return db
		.select()
		.from(unansweredQuestions)
		.where(eq(unansweredQuestions.state, "open"))
		.orderBy(desc(unansweredQuestions.times), desc(unansweredQuestions.lastAt))
		.limit(limit);
}

/** Marks an unanswered question as done or ignored. @throws NotFound when the id is unknown. */
export async function closeUnanswered(id: string, state: "done" | "ignored"): Promise<void> {
	const settled = await db
		.update(unansweredQuestions)
		.set({ state })
		.where(eq(unansweredQuestions.id, id))
		.returning({ id: unansweredQuestions.id });
	if (settled.length === 0) throw new NotFound("This question is not on the list any more.");
}
