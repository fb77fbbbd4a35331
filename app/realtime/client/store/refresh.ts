import { REQUEST_TIMEOUT_MS, reloadPage } from "../forms.ts";
import type { OpenedSession } from "./options.ts";

type CurrentSession = OpenedSession & { owner: string };

/**
 * Creates a function that asks the server for the current session, for a page that the browser has restored from a
 * cache. Such a page may show no session, or an earlier one.
 *
 * @param options.url URL that returns the current session; without a URL nothing is asked.
 * @param options.owner owner of this page; if the server reports another owner, the page reloads.
 * @param options.shown returns the session that is shown now.
 * @param options.onOtherSession called with the current session, if it is not the one that is shown.
 */
export function createRefresh(options: {
	url: string | undefined;
	owner: string;
	shown: () => string | null;
	onOtherSession: (sessionId: string, page: OpenedSession) => void;
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
				const current = await readCurrentSession(url);
				// The answer is ignored if the shown session has changed since the request: a sent message may have opened a session
				// that the answer does not contain.
				if (options.shown() !== before) mustAsk = true;
				else if (current.owner !== options.owner) reloadPage();
				else if (current.session && current.session.sessionId !== before)
					options.onOtherSession(current.session.sessionId, current);
			}
		} catch {
			// The server cannot be reached; `retry` asks again when the network is back.
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
		/** Asks for the current session again if the last request failed. */
		retry: (): Promise<void> => refresh(),
	};
}

async function readCurrentSession(url: string): Promise<CurrentSession> {
	// The request contains the query of the page's URL, which may request a new session.
	const response = await fetch(url + window.location.search, {
		cache: "no-store",
		signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
	});
	if (!response.ok) throw new Error(String(response.status));
	return (await response.json()) as CurrentSession;
}
