import { setTimeout as delay } from "node:timers/promises";
import { log } from "#app/http/log.server.ts";
import type { JobPayloads } from "#app/job-queue.server.ts";
import { MailFailed, sendMail } from "#app/mail/send.server.ts";
import { belongsToCustomer, isUsableCode } from "#app/models/email/code.server.ts";

/** Delays between attempts to send a code. The last delay repeats while the code is valid. */
const RETRY_DELAYS_MS = [1_000, 4_000, 10_000, 30_000] as const;

/**
 * Emails a code to an address, but only if the address belongs to a customer. Otherwise anybody could send email to
 * strangers by typing addresses into a chat. When the mail server certainly did not accept the email, the email is sent
 * again while the code is valid. A permanent failure is logged once with the code's id; the customer can request
 * another code.
 * @param signal ends the retries at shutdown; the code is only in the memory of this process.
 */
export async function sendCodeWithRetries(job: JobPayloads["send-code"], signal: AbortSignal): Promise<void> {
	const { codeId } = job;
	for (let tries = 0; !signal.aborted; tries++) {
		try {
			// The code's validity is checked before every attempt, because the code may have been used, expired or replaced
			// since the last attempt.
			if (await isUsableCode(codeId)) await sendCodeEmail(job);
			return;
		} catch (error) {
			const isMail = error instanceof MailFailed;
			// Sending is retried after errors of the database too.
			if (isMail && !error.canRetry)
				return log.error({ codeId, note: error.note }, "a code could not be sent");
			const tried = isMail ? { note: error.note } : { err: error };
			if (tries === 0) log.warn({ codeId, ...tried }, "a code could not be sent yet; it will be retried");
		}
		const pauseMs = RETRY_DELAYS_MS[Math.min(tries, RETRY_DELAYS_MS.length - 1)];
		await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
	}
}

async function sendCodeEmail({ email, code, evenIfUnknown }: JobPayloads["send-code"]): Promise<void> {
	if (!evenIfUnknown && !(await belongsToCustomer(email))) return;
	await sendMail({
		to: email,
		subject: `${code} is your code`,
		text: `Your code is ${code}\n\nType it into the chat you asked for it in. It is valid for ten minutes and in that chat only.\n\nIf you did not ask for it, somebody typed your address into our chat by mistake or on purpose. They see nothing without this code: do not pass it on, and you need do nothing else.\n`,
	});
}
