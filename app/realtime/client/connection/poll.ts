import { type ChatEvent, eventSchema } from "../../events.ts";
import { createLinkedAbort, type Outcome, outcomeOfStatus } from "./outcomes.ts";

/**
 * Fetches the events after a cursor, page after page until there are no more.
 *
 * @param options.fields returns the session and the cursor; called again before each page.
 * @param options.limitMs longest time for one answer, in ms.
 */
export async function poll(options: {
	url: string;
	fields: () => Record<string, string> | null;
	signal: AbortSignal;
	limitMs: number;
	onEvent: (id: string | null, event: ChatEvent) => void;
}): Promise<Outcome> {
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
			// A captive portal answers 200 with its own page.
			if (!response.headers.get("Content-Type")?.startsWith("application/json")) return { type: "held-back" };
			const page = (await response.json()) as {
				events: { id: string | null; type: string; data: unknown }[];
				more: boolean;
			};
			// The page shows another session by now, whose cursors differ.
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
