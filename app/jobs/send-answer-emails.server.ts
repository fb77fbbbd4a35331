import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { MailFailed, sendMail } from "#app/mail/send.server.ts";
import {
	type ContactEmail,
	claimContactEmails,
	releaseContactEmail,
} from "#app/models/email/contact-email.server.ts";
import { toPlainText } from "#app/text/message-markdown.ts";

/** Maximum number of emails that one process sends in one run. */
const EMAILS_PER_RUN = 8;

/**
 * Emails agents' answers to customers who left an email address and are not present. Each customer gets one email with
 * all answers that were not sent yet. Without SMTP_URL, no emails are sent.
 */
export async function sendAnswerEmails(): Promise<void> {
	if (env().SMTP_URL === undefined) return;
	await Promise.all((await claimContactEmails(EMAILS_PER_RUN)).map(sendAnswerEmail));
}

async function sendAnswerEmail(answerEmail: ContactEmail): Promise<void> {
	const { sessionId, email } = answerEmail;
	try {
		await sendMail({ to: email, subject: "An answer to your question", text: writeEmailText(answerEmail) });
	} catch (error) {
		if (!(error instanceof MailFailed)) throw error;
		const { note, canRetry } = error;
		if (!canRetry) return log.error({ sessionId, note }, "an answer could not be sent by email");
		log.warn({ sessionId, note }, "an answer could not be sent by email yet; it will be retried");
		await releaseContactEmail(answerEmail);
	}
}

function writeEmailText({ answers }: ContactEmail): string {
	const { PUBLIC_URL } = env();
	const written = answers.map(({ from, text }) => `${from ?? "A colleague"} wrote:\n\n${toPlainText(text)}`);
	const place = PUBLIC_URL ? `:\n${new URL("/chat", PUBLIC_URL).href}` : ".";
	return `${written.join("\n\n")}\n\n--\nThis answers what you asked in our chat, where this address was left. To write back, open the chat in the browser you wrote from${place}\n\nIf you did not write to us, somebody left your address by mistake; you need do nothing.\n`;
}
