import nodemailer, { type Transporter } from "nodemailer";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** Longest time that a mail server that does not respond delays a job, in ms. */
const TIMEOUT_MS = 15_000;

/** An email in plain text, without images and tracking links. */
export type Email = { to: string; subject: string; text: string };

/**
 * Error: the mail server did not accept an email. `note` is safe to log: a code, never an address or the server's text.
 * `canRetry` is true when the server certainly does not have the email and may accept it later. After a connection that
 * was lost during an email, the server may have the email, and a duplicate is worse than no email.
 */
export class MailFailed extends Error {
	constructor(
		readonly note: string,
		readonly canRetry: boolean,
	) {
		super(`The mail server did not accept the email (${note}).`);
		this.name = "MailFailed";
	}
}

/**
 * Sends one email through the mail server of SMTP_URL.
 * @throws MailFailed
 */
export async function sendMail({ to, subject, text }: Email): Promise<void> {
	const url = env().SMTP_URL;
	if (!url) throw new MailFailed("SMTP_URL is not set", false);
	try {
		// The recipient is passed as an object, because a comma in a string would make two addresses.
		await createTransporter(url).sendMail({
			from: readSenderAddress(),
			to: { name: "", address: to },
			subject,
			text,
		});
	} catch (error) {
		const failure = error as SmtpError;
		const note = [failure.code, failure.responseCode].filter(Boolean).join(" ") || "unknown";
		throw new MailFailed(note, isTemporary(failure));
	}
}

/** Properties of the errors of nodemailer, the SMTP library. */
type SmtpError = {
	code?: string;
	/** The mail server's reply code, for example 451. */
	responseCode?: number;
	/** The system call that failed, such as "connect". */
	syscall?: string;
	timeoutType?: string;
};

function isTemporary({ code, responseCode, syscall, timeoutType }: SmtpError): boolean {
	if (responseCode) return responseCode >= 400 && responseCode < 500;
	if (timeoutType) return timeoutType === "CONNECT_TIMEOUT" || timeoutType === "GREETING_TIMEOUT";
	return code === "EDNS" || syscall === "connect";
}

function createTransporter(url: string): Transporter {
	const known = singleton("mail-transporters", () => new Map<string, Transporter>());
	const made =
		known.get(url) ??
		nodemailer.createTransport({
			url,
			connectionTimeout: TIMEOUT_MS,
			greetingTimeout: TIMEOUT_MS,
			socketTimeout: TIMEOUT_MS,
			// Files and URLs are not read for an email, whatever the email's content names.
			disableFileAccess: true,
			disableUrlAccess: true,
		});
	known.set(url, made);
	return made;
}

function readSenderAddress(): string {
	const { MAIL_FROM, PUBLIC_URL } = env();
	return MAIL_FROM ?? `support@${PUBLIC_URL ? new URL(PUBLIC_URL).hostname : "localhost"}`;
}
