import { log } from "#app/http/log.server.ts";
import { MailFailed, sendMail } from "#app/mail/send.server.ts";
import { isCustomersAddress } from "#app/models/email-code.server.ts";
import type { Jobs } from "./queue.server.ts";

/**
 * Sends a code, if the address is a customer's: nobody can have letters sent to strangers by typing addresses
 * into a chat. A letter that cannot be sent is logged once, by the code's id; the customer may ask again.
 */
export async function sendCode({ codeId, email, code, evenIfUnknown }: Jobs["send-code"]): Promise<void> {
	try {
		if (!evenIfUnknown && !(await isCustomersAddress(email))) return;
		await sendMail({
			to: email,
			subject: `${code} is your code`,
			text: `Your code is ${code}\n\nType it into the chat you asked for it in. It is valid for ten minutes and in that chat only.\n\nIf you did not ask for it, somebody typed your address into our chat by mistake or on purpose. They see nothing without this code: do not pass it on, and you need do nothing else.\n`,
		});
	} catch (error) {
		const note = error instanceof MailFailed ? error.note : undefined;
		log.error({ codeId, note, err: note ? undefined : error }, "a code could not be sent");
	}
}
