import { REQUEST_TIMEOUT_MS, reloadPage } from "../forms.ts";
import type { Opened } from "./options.ts";

type Current = Opened & { owner: string };

/**
 * Asks the server for the current session, for a page that the browser has restored from a cache: the page may show no
 * session, or an older one.
 *
 * @param options.url URL to ask; without one nothing is asked.
 * @param options.owner owner of this page; if the server reports another owner, the page reloads.
 * @param options.shown returns the session that is shown now.
 * @param options.onOtherSession called with another session that is to be shown.
 */
export function createRefresh(options: {
	url: string | undefined;
	owner: string;
	shown: () => string | null;
	onOtherSession: (sessionId: string, page: Opened) => void;
}) {
	let mustAsk = false;
	let isAsking = false;

	async function refresh() {
		const { url } = options;
		if (!url || isAsking) return;
		isAsking = true;
		try {
			while (mustAsk) {
				mustAsk = false;
				const before = options.shown();
				const current = await read(url);
				// A message sent meanwhile may have opened a session that the answer does not contain.
				if (options.shown() !== before) mustAsk = true;
				else if (current.owner !== options.owner) reloadPage();
				else if (current.session && current.session.sessionId !== before)
					options.onOtherSession(current.session.sessionId, current);
			}
		} catch {
			// Unreachable; `retry` asks again when the network is back.
			mustAsk = true;
		} finally {
			isAsking = false;
		}
	}

	return {
		now(): Promise<void> {
			mustAsk = true;
			return refresh();
		},
		/** Asks again if the last time failed. */
		retry: (): Promise<void> => refresh(),
	};
}

async function read(url: string): Promise<Current> {
	// With the page's own query, which may request a new session.
	const response = await fetch(url + window.location.search, {
		cache: "no-store",
		signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
	});
	if (!response.ok) throw new Error(String(response.status));
	return (await response.json()) as Current;
}
