import { type ChatEvent, eventSchema } from "../../events.ts";
import { type AttemptOutcome, createLinkedAbort, outcomeOfStatus } from "./outcomes.ts";

/**
 * Fetches the events after a cursor, page after page until there are no more.
 *
 * @param options.fields returns the query fields for a request (session and cursor); called again before each page.
 * @param options.limitMs longest time for one answer, in ms.
 */
export async function poll(options: {
	url: string;
	fields: () => Record<string, string> | null;
	signal: AbortSignal;
	limitMs: number;
	onEvent: (id: string | null, event: ChatEvent) => void;
}): Promise<AttemptOutcome> {
	let isEmpty = true;
	for (;;) {
		const fields = options.fields();
		if (fields === null) return { type: "answered", isEmpty };
		const own = createLinkedAbort(options.signal);
		let hasTimedOut = false;
		const timer = setTimeout(() => {
			hasTimedOut = true;
			own.abort();
		}, options.limitMs);
		try {
			const response = await fetch(`${options.url}?${new URLSearchParams(fields)}`, {
				headers: { Accept: "application/json" },
				signal: own.signal,
				cache: "no-store",
			});
			const refusal = outcomeOfStatus(response);
			if (refusal) return refusal;
			// An answer that is not JSON is no answer of our server: the login page of a public Wi-Fi (captive portal) also
			// has status 200.
			if (!response.headers.get("Content-Type")?.startsWith("application/json")) return { type: "held-back" };
			const page = (await response.json()) as {
				events: { id: string | null; type: string; data: unknown }[];
				more: boolean;
			};
			// If the page shows another session by now, the answer to the poll is ignored, because that session has other
			// cursors.
			if (own.signal.aborted || options.fields()?.sessionId !== fields.sessionId) {
				return { type: "answered", isEmpty };
			}
			for (const { id, ...event } of page.events) {
				const parsed = eventSchema.safeParse(event);
				if (parsed.success) options.onEvent(id, parsed.data);
			}
			isEmpty &&= page.events.length === 0;
			if (!page.more) return { type: "answered", isEmpty };
		} catch {
			return hasTimedOut ? { type: "held-back" } : { type: "unreachable" };
		} finally {
			clearTimeout(timer);
			own.abort();
		}
	}
}
