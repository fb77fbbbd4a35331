import { setTimeout as wait } from "node:timers/promises";
import { log } from "#app/http/log.server.ts";
import type { JobPayloads } from "#app/job-queue.server.ts";
import { MailFailed, sendMail } from "#app/mail/send.server.ts";
import { isCustomersAddress, isUsableCode } from "#app/models/email/code.server.ts";

/** Waits between tries; the last again and again, as long as the code counts. */
const RETRY_DELAYS_MS = [1_000, 4_000, 10_000, 30_000] as const;

/**
 * Sends a code, if the address is a customer's: nobody can have letters sent to strangers by typing addresses
 * into a chat. What the mail server cannot take now is tried again while the code counts, and never when it might
 * have been taken. What cannot be sent is logged once, by the code's id; the customer may ask again.
 * @param signal ends the waiting, when the process is to end: the code is in its memory only.
 */
export async function sendCodeWithRetries(job: JobPayloads["send-code"], signal: AbortSignal): Promise<void> {
	const { codeId } = job;
	for (let tries = 0; !signal.aborted; tries++) {
		try {
			// Asked again before every try: it may have been used, have run out or be followed by another.
			if (await isUsableCode(codeId)) await sendCodeEmail(job);
			return;
		} catch (error) {
			const isMail = error instanceof MailFailed;
			// The database being away is no reason to give up either.
			if (isMail && !error.canRetry)
				return log.error({ codeId, note: error.note }, "a code could not be sent");
			const tried = isMail ? { note: error.note } : { err: error };
			if (tries === 0) log.warn({ codeId, ...tried }, "a code could not be sent yet; it is tried again");
		}
		const pauseMs = RETRY_DELAYS_MS[Math.min(tries, RETRY_DELAYS_MS.length - 1)];
		await wait(pauseMs, undefined, { signal, ref: false }).catch(() => {});
	}
}

async function sendCodeEmail({ email, code, evenIfUnknown }: JobPayloads["send-code"]): Promise<void> {
	if (!evenIfUnknown && !(await isCustomersAddress(email))) return;
	await sendMail({
		to: email,
		subject: `${code} is your code`,
		text: `Your code is ${code}\n\nType it into the chat you asked for it in. It is valid for ten minutes and in that chat only.\n\nIf you did not ask for it, somebody typed your address into our chat by mistake or on purpose. They see nothing without this code: do not pass it on, and you need do nothing else.\n`,
	});
}
