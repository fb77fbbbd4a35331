import nodemailer, { type Transporter } from "nodemailer";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** A mail server that does not answer holds a job no longer than this. */
const LIMIT_MS = 15_000;

/** A letter in plain text: no pictures, no links that count who opens it. */
export type Letter = { to: string; subject: string; text: string };

/**
 * The mail server did not take a letter. `note` is safe to log: a code, never an address or the server's words.
 * `canRetry` says that it surely has not got it and may take it later: a connection lost in the middle of a letter
 * may have been lost after it, and a second one of the same is worse than none.
 */
export class MailFailed extends Error {
	constructor(
		readonly note: string,
		readonly canRetry: boolean,
	) {
		super(`The mail server did not take the letter (${note}).`);
		this.name = "MailFailed";
	}
}

/** Sends one letter through SMTP_URL. @throws MailFailed */
export async function sendMail({ to, subject, text }: Letter): Promise<void> {
	const url = env().SMTP_URL;
	if (!url) throw new MailFailed("SMTP_URL is not set", false);
	try {
		// As an object, or a comma in it would make it two addresses.
		await transporter(url).sendMail({ from: sender(), to: { name: "", address: to }, subject, text });
	} catch (error) {
		const failure = error as Failure;
		const note = [failure.code, failure.responseCode].filter(Boolean).join(" ") || "unknown";
		throw new MailFailed(note, mayTakeItLater(failure));
	}
}

/** What nodemailer says of a failure. */
type Failure = {
	code?: string;
	/** The server's own answer, as 451. */
	responseCode?: number;
	/** The system call that failed. */
	syscall?: string;
	timeoutType?: string;
};

function mayTakeItLater({ code, responseCode, syscall, timeoutType }: Failure): boolean {
	if (responseCode) return responseCode >= 400 && responseCode < 500;
	if (timeoutType) return timeoutType === "CONNECT_TIMEOUT" || timeoutType === "GREETING_TIMEOUT";
	return code === "EDNS" || syscall === "connect";
}

function transporter(url: string): Transporter {
	const known = singleton("mail-transporters", () => new Map<string, Transporter>());
	const made =
		known.get(url) ??
		nodemailer.createTransport({
			url,
			connectionTimeout: LIMIT_MS,
			greetingTimeout: LIMIT_MS,
			socketTimeout: LIMIT_MS,
			// What a letter says is ours alone: nothing in it may name a file or an address to fetch.
			disableFileAccess: true,
			disableUrlAccess: true,
		});
	known.set(url, made);
	return made;
}

function sender(): string {
	const { MAIL_FROM, PUBLIC_URL } = env();
	return MAIL_FROM ?? `support@${PUBLIC_URL ? new URL(PUBLIC_URL).hostname : "localhost"}`;
}
