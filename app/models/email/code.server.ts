import { createHmac, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { z } from "zod/v4";
import { env } from "#app/env.server.ts";
import { enqueueJob } from "#app/job-queue.server.ts";
import { updateMessageMetadata } from "#app/models/assistant-action/update-card.server.ts";
import { composeNotice } from "#app/models/chat-session/compose-notice.server.ts";
import { lockSession } from "#app/models/chat-session/find.server.ts";
import { customerLanguage } from "#app/models/chat-session/locale.ts";
import { VERIFIED_HOURS } from "#app/models/chat-session/order-owner.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { enqueueWaitingQuestion } from "#app/models/chat-session/waiting-question.server.ts";
import { Conflict, Invalid } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { type EventTransaction, transact } from "#app/realtime/publish.server.ts";
import { DASHES, toAsciiDigits, withoutInvisible } from "#app/text/visible-text.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions, customers, emailCodes } from "#db/schema.ts";

const CODE_MINUTES = 10;
const MAX_CODE_ATTEMPTS = 3;

const BETWEEN_DIGITS = new RegExp(`[\\s${DASHES}]`, "gu");

/**
 * Schema of a typed code: six digits of any script, with spaces, dashes and invisible characters around and between
 * them. The parsed value has ASCII digits only.
 */
export const sixDigitCode = z
	.string({ error: "Write the six digits." })
	.transform((text) => withoutInvisible(toAsciiDigits(text)).replace(BETWEEN_DIGITS, ""))
	.refine((text) => /^\d{6}$/.test(text), { error: "The code has six digits." });

/** Whether emails with codes can be sent, which needs a mail server (SMTP). */
export const canSendCodes = (): boolean => env().SMTP_URL !== undefined;

/**
 * Creates a code for an email address in this session and enqueues the job that sends it. Response and timing are equal
 * whether or not the store knows the address, because only the job looks up its customer. A new code makes the
 * session's older codes void.
 * @throws NotFound; Conflict when the session has ended or email cannot be sent.
 */
export async function requestCode(
	identity: CustomerIdentity,
	{ sessionId, email }: { sessionId: string; email: string },
): Promise<void> {
	if (!canSendCodes())
		throw new Conflict("This store can't send email at the moment. Please sign in instead.");
	const codeId = randomUUID();
	const code = String(randomInt(0, 1_000_000)).padStart(6, "0");
	const isSignedIn = await transact(async (tx) => {
		const session = await lockSession(tx, sessionId, { type: "customer", identity });
		if (!session.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
		await closeCodeForms(tx, sessionId);
		await tx.insert(emailCodes).values({
			id: codeId,
			sessionId,
			email,
			codeHash: hashCode({ codeId, email, code }),
			expiresAt: sql`now() + ${CODE_MINUTES} * interval '1 minute'`,
			// The code's time is not the start of the transaction: of two concurrent requests, the one that waited for the lock
			// is later.
			createdAt: sql`clock_timestamp()`,
		});
		await writeMessage(tx, {
			id: codeId,
			sessionId,
			senderType: "bot",
			senderName: "Assistant",
			message: session.userId
				? `A code of six digits is on its way to ${email}. It is valid for ${CODE_MINUTES} minutes.`
				: `If there are orders under ${email}, a code of six digits is on its way there. It is valid for ${CODE_MINUTES} minutes.`,
			messageType: "code-entry",
			metadata: { codeEntry: { state: "open" } },
		});
		return session.userId !== null;
	});
	// A signed-in customer may prove a new email address that no customer has yet.
	enqueueJob("send-code", { codeId, email, code, evenIfUnknown: isSignedIn });
}

/**
 * Checks a code that a customer typed in the session for which the code was made. A code becomes void after three wrong
 * attempts, after ten minutes, and when it is used. After a right code, the question that needed the proof is answered.
 * @param entry.network key of the network of the customer's request (`senderNetworkKey`), for the answer that follows.
 * @throws NotFound; Invalid when the code is wrong or has expired. The message does not say whether a code was sent.
 */
export async function checkCode(
	identity: CustomerIdentity,
	{ sessionId, code, network }: { sessionId: string; code: string; network: string },
): Promise<void> {
	const came = await transact(async (tx) => {
		const session = await lockSession(tx, sessionId, { type: "customer", identity });
		if (!session.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
		const [row] = await tx
			.select()
			.from(emailCodes)
			.where(eq(emailCodes.sessionId, sessionId))
			.orderBy(desc(emailCodes.createdAt))
			.limit(1)
			.for("update");
		const isAlive = row && !row.usedAt && row.tries < MAX_CODE_ATTEMPTS && row.expiresAt > new Date();
		if (!row || !isAlive) return { isRight: false, triesLeft: 0, turnNetwork: null };
		if (!isSameHash(row.codeHash, hashCode({ codeId: row.id, email: row.email, code }))) {
			await tx
				.update(emailCodes)
				.set({ tries: row.tries + 1 })
				.where(eq(emailCodes.id, row.id));
			return { isRight: false, triesLeft: MAX_CODE_ATTEMPTS - row.tries - 1, turnNetwork: null };
		}
		await tx.update(emailCodes).set({ usedAt: new Date() }).where(eq(emailCodes.id, row.id));
		await tx
			.update(chatSessions)
			.set({ verifiedEmail: row.email, verifiedAt: new Date() })
			.where(eq(chatSessions.sessionId, sessionId));
		await closeCodeForms(tx, sessionId);
		const language = customerLanguage(session);
		const notice = await composeNotice(tx, { language, notice: "email-proved" }, ({ proved, provedFor }) =>
			session.userId ? proved(row.email) : `${proved(row.email)} ${provedFor(VERIFIED_HOURS)}`,
		);
		await writeMessage(tx, { sessionId, ...notice });
		return { isRight: true, triesLeft: 0, turnNetwork: await enqueueWaitingQuestion(tx, session, network) };
	});
	if (came.turnNetwork !== null) enqueueJob("answer-session", { sessionId, network: came.turnNetwork });
	if (came.isRight) return;
	throw new Invalid({
		code: [
			came.triesLeft > 0
				? `That is not the code. You can try ${came.triesLeft === 1 ? "once" : "twice"} more.`
				: "That code does not count any more. Please ask for a new one.",
		],
	});
}

/**
 * Whether a customer has this email address. Only for the job that sends codes, because a visitor must not learn the
 * result.
 */
export async function belongsToCustomer(email: string): Promise<boolean> {
	const [row] = await db
		.select({ id: customers.id })
		.from(customers)
		.where(sql`lower(${customers.email}) = ${email}`)
		.limit(1);
	return row !== undefined;
}

/** Whether a code is still valid and unused, so that its email should be sent. */
export async function isUsableCode(codeId: string): Promise<boolean> {
	const [row] = await db
		.select({ id: emailCodes.id })
		.from(emailCodes)
		.where(and(eq(emailCodes.id, codeId), isNull(emailCodes.usedAt), gt(emailCodes.expiresAt, sql`now()`)));
	return row !== undefined;
}

/** Closes the forms for older codes in the session, because these codes are void. */
async function closeCodeForms(tx: EventTransaction, sessionId: string): Promise<void> {
	const open = await tx
		.select({ id: emailCodes.id })
		.from(emailCodes)
		.innerJoin(chatMessages, eq(chatMessages.id, emailCodes.id))
		.where(
			and(eq(emailCodes.sessionId, sessionId), sql`${chatMessages.metadata}->'codeEntry'->>'state' = 'open'`),
		);
	for (const { id } of open) {
		await updateMessageMetadata(tx, { id, sessionId }, (marks) => ({
			...marks,
			codeEntry: { state: "done" },
		}));
	}
	await tx
		.update(emailCodes)
		.set({ expiresAt: sql`now()` })
		.where(
			and(
				eq(emailCodes.sessionId, sessionId),
				isNull(emailCodes.usedAt),
				gt(emailCodes.expiresAt, sql`now()`),
			),
		);
}

function hashCode({ codeId, email, code }: { codeId: string; email: string; code: string }): string {
	const secret = env().APP_SECRET;
	if (!secret) throw new Error("APP_SECRET is not set; codes cannot be made without it.");
	return createHmac("sha256", secret).update(`email-code|${codeId}|${email}|${code}`).digest("base64url");
}

const isSameHash = (one: string, other: string): boolean =>
	one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
