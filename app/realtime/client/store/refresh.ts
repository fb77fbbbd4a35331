import { REQUEST_LIMIT_MS, reloadPage } from "../forms.ts";
import type { Opened } from "./options.ts";

type Current = Opened & { owner: string };

/**
 * Asks the server which conversation is current, for a page that the browser has restored from a cache: it may show
 * none, or one that has been followed by another.
 *
 * @param options.url where to ask; without one there is nothing to ask.
 * @param options.owner whose page this is; for somebody else's state the page is loaded again.
 * @param options.shown the conversation that is shown now.
 * @param options.onOther called with another conversation that is to be shown.
 */
export function createRefresh(options: {
	url: string | undefined;
	owner: string;
	shown: () => string | null;
	onOther: (sessionId: string, page: Opened) => void;
}) {
	let isWanted = false;
	let isAsking = false;

	async function ask() {
		const { url } = options;
		if (!url || isAsking) return;
		isAsking = true;
		try {
			while (isWanted) {
				isWanted = false;
				const before = options.shown();
				const current = await read(url);
				// A message sent meanwhile has opened a conversation, which the answer may not know.
				if (options.shown() !== before) isWanted = true;
				else if (current.owner !== options.owner) reloadPage();
				else if (current.session && current.session.sessionId !== before)
					options.onOther(current.session.sessionId, current);
			}
		} catch {
			// Not reached; `retry` asks again when the network is back.
			isWanted = true;
		} finally {
			isAsking = false;
		}
	}

	return {
		now(): Promise<void> {
			isWanted = true;
			return ask();
		},
		/** Asks again if the last time failed. */
		retry: (): Promise<void> => ask(),
	};
}

async function read(url: string): Promise<Current> {
	// With the page's own query, which may ask for a new conversation.
	const response = await fetch(url + window.location.search, {
		cache: "no-store",
		signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
	});
	if (!response.ok) throw new Error(String(response.status));
	return (await response.json()) as Current;
}
