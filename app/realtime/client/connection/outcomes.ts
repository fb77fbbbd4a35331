/** The outcome of one attempt to read, for every transport. */
export type AttemptOutcome =
	/** A stream that delivered events has ended; `reconnectInMs` is the delay that the server requested, if any. */
	| { type: "over"; reconnectInMs: number | null; openMs: number; hasTimedOut: boolean }
	/** A complete answer to a poll. */
	| { type: "answered"; isEmpty: boolean }
	/** A proxy accepted the request and returned nothing useful in time. */
	| { type: "held-back" }
	/** The server could not be reached. */
	| { type: "unreachable" }
	/** The server answered with 429 or 5xx; `afterMs` is the delay that the server requested, if any. */
	| { type: "busy"; status: number; afterMs: number | null }
	/** The server refused the request with 401, 403 or 404, and will refuse the same request again. */
	| { type: "refused"; status: number };

const REFUSAL_STATUSES = new Set([401, 403, 404]);

/** The outcome that the status of a response determines; null when the body must be read. */
export function outcomeOfStatus(response: Response): AttemptOutcome | null {
	if (REFUSAL_STATUSES.has(response.status)) return { type: "refused", status: response.status };
	if (response.status === 429 || response.status >= 500) {
		return { type: "busy", status: response.status, afterMs: retryAfterMs(response) };
	}
	// Any other status than 200 comes from the network, for example a redirect to the login page of a public Wi-Fi
	// (captive portal).
	return response.ok ? null : { type: "held-back" };
}

/**
 * The delay of a response's header `Retry-After` (seconds or a date) in ms, at most a minute because a person waits;
 * null without the header.
 */
export function retryAfterMs(response: Response): number | null {
	const text = response.headers.get("Retry-After");
	if (!text) return null;
	const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 60_000) : null;
}

/** An abort controller that also aborts when `signal` does. */
export function createLinkedAbort(signal: AbortSignal): AbortController {
	const own = new AbortController();
	if (signal.aborted) own.abort();
	else signal.addEventListener("abort", () => own.abort(), { signal: own.signal });
	return own;
}
