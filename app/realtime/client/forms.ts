/** A line that went dead would hold what it carries for ever; sending again is safe, since messages are named. */
export const REQUEST_LIMIT_MS = 20_000;

/**
 * Posts the page's forms as data, with the fields the plain form would send.
 * @throws when there is no answer within the limit, in milliseconds.
 */
export async function postForm(
	actionUrl: string,
	fields: Record<string, string>,
	limitMs = REQUEST_LIMIT_MS,
): Promise<Response> {
	return fetch(actionUrl, {
		method: "POST",
		body: new URLSearchParams(fields),
		headers: { Accept: "application/json" },
		signal: AbortSignal.timeout(limitMs),
	});
}

/** What the server would not have, in its own words for the person: for the page, and by the field's name. */
export async function readRefusal(
	response: Response,
): Promise<{ words: string; byField: Record<string, string> }> {
	const body = (await response.json().catch(() => null)) as {
		detail?: string;
		errors?: Record<string, string[]>;
	} | null;
	const byField: Record<string, string> = {};
	for (const [name, [first]] of Object.entries(body?.errors ?? {})) if (first) byField[name] = first;
	const words = Object.values(byField)[0] ?? body?.detail ?? "That did not work. Please try again.";
	return { words, byField };
}

/** The same as one sentence. */
export const readProblem = async (response: Response): Promise<string> => (await readRefusal(response)).words;

const RELOADED_KEY = "mevi-reloaded-at";
const RELOAD_EVERY_MS = 10_000;

/**
 * Loads the page anew because what it shows cannot be continued: another database, another login. Drafts and
 * unsent messages outlive it. Not twice within ten seconds, so that a server that keeps refusing cannot make
 * it spin.
 */
export function reloadPage(): void {
	try {
		if (Date.now() - Number(sessionStorage.getItem(RELOADED_KEY) ?? 0) < RELOAD_EVERY_MS) return;
		sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
	} catch {
		// Without storage nothing bounds it, and nothing is lost by it either.
	}
	window.location.reload();
}
