/** What an attempt to read came to, whatever the way. */
export type Ended =
	/** It worked as long as it lasted; `comeBackIn` is the moment the server named, if it did. */
	| { type: "over"; comeBackIn: number | null; livedMs: number; fellSilent: boolean }
	/** The answer of a poll, whole. */
	| { type: "answered"; isEmpty: boolean }
	/** Something between took the request and gave nothing of use back in time. */
	| { type: "held-back" }
	/** Nothing there to talk to. */
	| { type: "unreachable" }
	/** 429 or 5xx; `afterMs` where the server said when to come again. */
	| { type: "busy"; status: number; afterMs: number | null }
	/** 401, 403, 404: coming back as we are will not help. */
	| { type: "refused"; status: number };

const REFUSALS = new Set([401, 403, 404]);

/** What the status alone says of an answer; null when its body is to be read. */
export function judgeStatus(response: Response): Ended | null {
	if (REFUSALS.has(response.status)) return { type: "refused", status: response.status };
	if (response.status === 429 || response.status >= 500) {
		return { type: "busy", status: response.status, afterMs: retryAfterMs(response) };
	}
	// A captive portal sends the browser elsewhere; nothing else of ours answers here but 200.
	return response.ok ? null : { type: "held-back" };
}

/** The wait a `Retry-After` names, as seconds or as a date; null for none. Bounded, since a person waits for it. */
export function retryAfterMs(response: Response): number | null {
	const text = response.headers.get("Retry-After");
	if (!text) return null;
	const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
	return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 60_000) : null;
}

/** An abort of its own that also follows another one. */
export function abortWith(signal: AbortSignal): AbortController {
	const own = new AbortController();
	if (signal.aborted) own.abort();
	else signal.addEventListener("abort", () => own.abort(), { signal: own.signal });
	return own;
}
