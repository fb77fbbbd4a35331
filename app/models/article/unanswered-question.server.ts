import { desc, eq, sql } from "drizzle-orm";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import { NotFound } from "#app/models/errors.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { unansweredQuestions } from "#db/schema.ts";

export type UnansweredQuestion = typeof unansweredQuestions.$inferSelect;

/** Longer texts are kept up to here: what was asked is said by then. */
const LONGEST_QUESTION = 500;
/** What is read of it for that: taking out what says who asks makes it shorter. */
const READ_LENGTH = 4 * LONGEST_QUESTION;

/** The question reduced to what makes it the same question: its letters and digits, whatever stands between them. */
function normalise(question: string): string {
	return question
		.normalize("NFKC")
		.toLowerCase()
		.replace(/['’‘`]/g, "")
		.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
		.trim();
}

/**
 * Keeps a question that the assistant could not answer, without what says who asked, or counts it once more.
 * Part of the transaction that ends its turn, so that no turn counts twice. A question that was done with and
 * comes again is open again; one that is ignored stays so.
 * @param asked.customerName taken out of the text, where the shop knows it.
 */
export async function noteUnanswered(
	tx: Transaction,
	asked: { question: string; customerName: string | null; locale: string; intent: string; sessionId: string },
): Promise<void> {
	const question = withoutPersonalData(asked.question.slice(0, READ_LENGTH), asked.customerName)
		.slice(0, LONGEST_QUESTION)
		.toWellFormed();
	const normalized = normalise(question);
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

/** The open questions: those asked most often first, then the newest. */
export async function listUnanswered(limit: number): Promise<UnansweredQuestion[]> {
	return db
		.select()
		.from(unansweredQuestions)
		.where(eq(unansweredQuestions.state, "open"))
		.orderBy(desc(unansweredQuestions.times), desc(unansweredQuestions.lastAt))
		.limit(limit);
}

/** Takes a question off the list. @throws NotFound when there is none of that id. */
export async function settleUnanswered(id: string, state: "done" | "ignored"): Promise<void> {
	const settled = await db
		.update(unansweredQuestions)
		.set({ state })
		.where(eq(unansweredQuestions.id, id))
		.returning({ id: unansweredQuestions.id });
	if (settled.length === 0) throw new NotFound("This question is not on the list any more.");
}
