import type { Message } from "../../events.ts";
import { retryAfterMs } from "../connection/outcomes.ts";
import { readProblem } from "../forms.ts";
import type { OutboxEntry } from "../outbox/entries.ts";
import type { SendResult } from "../outbox/outbox.ts";
import type { OpenedSession, StoreOptions } from "./options.ts";

type SendResponse = { message: Message; page?: OpenedSession | null };

/**
 * Creates the function that posts a message of the outbox. The function's result says whether the server wrote the
 * message, whether the message is retried automatically, or that the server refused it, with the server's text for
 * the user.
 */
export function createSend(
	options: Pick<StoreOptions, "sendIntent" | "onSignedOut"> & {
		post: (fields: Record<string, string>) => Promise<Response>;
		onSent: (sent: SendResponse, entry: OutboxEntry) => void;
	},
): (entry: OutboxEntry) => Promise<SendResult> {
	return async (entry) => {
		const response = await options.post({
			intent: options.sendIntent,
			message: entry.text,
			clientMessageId: entry.clientMessageId,
			sessionId: entry.sessionId ?? "",
		});
		if (response.ok) {
			options.onSent((await response.json()) as SendResponse, entry);
			return { type: "sent" };
		}
		if (response.status === 401 && options.onSignedOut) {
			// The login has ended, so the message is not retried here: the page after the next sign-in sends it.
			options.onSignedOut();
			return { type: "again", afterMs: null, reason: null };
		}
		if (response.status === 429 || response.status >= 500) {
			const why = response.status === 429 ? await readProblem(response) : null;
			return { type: "again", afterMs: retryAfterMs(response), reason: why };
		}
		return { type: "refused", reason: await readProblem(response) };
	};
}
