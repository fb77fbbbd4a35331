/**
 * Longest wait for the answer to a sent form, because a request on a dead connection never returns. Sending a message
 * again is safe, because messages have ids.
 */
export const REQUEST_TIMEOUT_MS = 20_000;

/**
 * Posts a form of the page by script, with the fields that the HTML form would send.
 * @param timeoutMs longest wait in ms. @throws when the server is unreachable or the time is over.
 */
export async function postForm(
	actionUrl: string,
	fields: Record<string, string>,
	timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<Response> {
	return fetch(actionUrl, {
		method: "POST",
		body: new URLSearchParams(fields),
		headers: { Accept: "application/json" },
		signal: AbortSignal.timeout(timeoutMs),
	});
}

/** Reads the server's error texts for a refused form: one for the page, and one for each field. */
export async function readRefusal(
	response: Response,
): Promise<{ text: string; byField: Record<string, string> }> {
	const body = (await response.json().catch(() => null)) as {
		detail?: string;
		errors?: Record<string, string[]>;
	} | null;
	const byField: Record<string, string> = {};
	for (const [name, [first]] of Object.entries(body?.errors ?? {})) if (first) byField[name] = first;
	const text = Object.values(byField)[0] ?? body?.detail ?? "That did not work. Please try again.";
	return { text, byField };
}

/** Reads the server's error for a refused request as one sentence. */
export const readProblem = async (response: Response): Promise<string> => (await readRefusal(response)).text;

const RELOADED_KEY = "mevi-reloaded-at";
const RELOAD_EVERY_MS = 10_000;

/**
 * Reloads the page because its state cannot be continued (another epoch, another login). Drafts and unsent messages
 * are kept. The page reloads at most once in ten seconds, so that a server that keeps refusing causes no endless
 * reloads.
 */
export function reloadPage(): void {
	try {
		if (Date.now() - Number(sessionStorage.getItem(RELOADED_KEY) ?? 0) < RELOAD_EVERY_MS) return;
		sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
	} catch {
		// Without the browser's storage the page cannot limit its number of reloads.
	}
	window.location.reload();
}
