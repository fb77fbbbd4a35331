import { type ChatEvent, eventSchema } from "../../events.ts";
import { abortWith, type Ended, judgeStatus } from "./answers.ts";

/**
 * Asks once for what followed a place, page after page until there is no more.
 *
 * @param options.fields the place to go on from, asked again before each page.
 * @param options.limitMs how long one answer may take.
 */
export async function poll(options: {
	url: string;
	fields: () => Record<string, string> | null;
	signal: AbortSignal;
	limitMs: number;
	onEvent: (id: string | null, event: ChatEvent) => void;
}): Promise<Ended> {
	let isEmpty = true;
	for (;;) {
		const fields = options.fields();
		if (fields === null) return { type: "answered", isEmpty };
		const own = abortWith(options.signal);
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			own.abort();
		}, options.limitMs);
		try {
			const response = await fetch(`${options.url}?${new URLSearchParams(fields)}`, {
				headers: { Accept: "application/json" },
				signal: own.signal,
				cache: "no-store",
			});
			const judged = judgeStatus(response);
			if (judged) return judged;
			// A captive portal answers 200 with a page of its own.
			if (!response.headers.get("Content-Type")?.startsWith("application/json")) return { type: "held-back" };
			const page = (await response.json()) as {
				events: { id: string | null; type: string; data: unknown }[];
				more: boolean;
			};
			// Another conversation is shown by now: its places are not these.
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
			return isLate ? { type: "held-back" } : { type: "unreachable" };
		} finally {
			clearTimeout(timer);
			own.abort();
		}
	}
}
