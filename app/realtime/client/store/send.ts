import type { Message } from "../../events.ts";
import { readProblem } from "../forms.ts";
import { retryAfterMs } from "../line/answers.ts";
import type { OutboxEntry } from "../outbox/entries.ts";
import type { SendResult } from "../outbox/outbox.ts";
import type { Opened, StoreOptions } from "./options.ts";

type Sent = { message: Message; page?: Opened | null };

/**
 * How a message that waits is posted, and what the answer means for it: written, to be tried again by itself, or
 * back to the person with the server's words.
 */
export function createSend(
	options: Pick<StoreOptions, "sendIntent" | "onSignedOut"> & {
		post: (fields: Record<string, string>) => Promise<Response>;
		onSent: (sent: Sent, entry: OutboxEntry) => void;
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
			options.onSent((await response.json()) as Sent, entry);
			return { type: "sent" };
		}
		if (response.status === 401 && options.onSignedOut) {
			// It is sent by the page that comes back from signing in.
			options.onSignedOut();
			return { type: "again", afterMs: null, why: null };
		}
		if (response.status === 429 || response.status >= 500) {
			const why = response.status === 429 ? await readProblem(response) : null;
			return { type: "again", afterMs: retryAfterMs(response), why };
		}
		return { type: "refused", why: await readProblem(response) };
	};
}
