import { AnswerFailed } from "../answer.ts";
import type { Refusable } from "./wire/servers.ts";

/** What went wrong at the provider, and whether asking again makes sense. */
export class ProviderFault extends Error {
	readonly reason: AnswerFailed["reason"];
	readonly canRetry: boolean;
	/** What the provider asked us to wait; null when it did not say. */
	readonly retryAfterMs: number | null;
	/** What of the request the provider refused; the same request without it may be taken. */
	readonly refused: Refusable | null;

	/** `note` must be safe to log: a status or a code, never a body, which may repeat people's words. */
	constructor(options: {
		reason: AnswerFailed["reason"];
		canRetry: boolean;
		retryAfterMs?: number | null;
		refused?: Refusable | null;
		note: string;
	}) {
		super(options.note);
		this.name = "ProviderFault";
		this.reason = options.reason;
		this.canRetry = options.canRetry;
		this.retryAfterMs = options.retryAfterMs ?? null;
		this.refused = options.refused ?? null;
	}

	toAnswerFailed(): AnswerFailed {
		return new AnswerFailed(this.reason, { cause: this });
	}
}

/** The fields of the SDK's errors and of undici's that tell faults apart. */
type ErrorLike = {
	name?: string;
	constructor?: { name?: string };
	status?: number;
	code?: unknown;
	type?: unknown;
	/** The field the provider names. */
	param?: unknown;
	headers?: Headers;
	/** The body of the response. */
	error?: unknown;
	cause?: ErrorLike;
	message?: string;
};

/**
 * Reads an error thrown while asking: by status when the provider answered, by kind when it did not.
 * The error itself is not kept, since it carries the provider's body and headers.
 * @param hasBegun whether a first chunk had arrived.
 * @param refusedIn finds in a status and the body of an error what of the request was refused.
 */
export function faultOf(
	thrown: unknown,
	hasBegun: boolean,
	refusedIn: (status: number, answer: unknown) => Refusable | null = () => null,
): ProviderFault {
	if (thrown instanceof ProviderFault) return thrown;
	const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as ErrorLike;
	const kind = error.constructor?.name ?? "";
	if (kind === "APIConnectionTimeoutError") {
		return new ProviderFault({ reason: "timeout", canRetry: false, note: "connect" });
	}
	if (kind === "APIConnectionError") {
		const code = deepestCode(error);
		const isCut = /ECONNRESET|EPIPE|UND_ERR_SOCKET/.test(code);
		return new ProviderFault({ reason: isCut ? "cut" : "refused", canRetry: true, note: code });
	}
	if (typeof error.status === "number") {
		return faultOfStatus(error.status, error, refusedIn(error.status, error.error));
	}
	if (hasBegun || error.message === "terminated") {
		return new ProviderFault({ reason: "cut", canRetry: true, note: deepestCode(error) });
	}
	// A key or address that cannot even be put into a request.
	return new ProviderFault({ reason: "refused", canRetry: false, note: kind });
}

function faultOfStatus(status: number, error: ErrorLike, refused: Refusable | null): ProviderFault {
	const note = `${status} ${safeCode(error.code)} ${safePath(error.param)}`.replace(/\s+/g, " ").trim();
	if (status === 401 || status === 403) {
		return new ProviderFault({ reason: "unauthorised", canRetry: false, note });
	}
	if (status === 408) return new ProviderFault({ reason: "timeout", canRetry: true, note });
	const retryAfterMs = readRetryAfterMs(error.headers);
	if (status === 429) {
		// An empty account stays empty however long one waits.
		const canRetry = safeCode(error.code) !== "insufficient_quota";
		return new ProviderFault({ reason: "rate-limited", canRetry, retryAfterMs, note });
	}
	return new ProviderFault({
		reason: "refused",
		canRetry: status === 409 || status >= 500,
		retryAfterMs,
		refused,
		note,
	});
}

/** Retry-After in milliseconds: OpenAI's finer header first, then seconds, then a date; null without one. */
function readRetryAfterMs(headers: Headers | undefined): number | null {
	const fine = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
	if (Number.isFinite(fine)) return Math.max(0, fine);
	const header = headers?.get("retry-after") ?? "";
	const waitMs = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

function deepestCode(error: ErrorLike): string {
	let code = "";
	for (let at: ErrorLike | undefined = error, depth = 0; at && depth < 5; at = at.cause, depth++) {
		code = safeCode(at.code) || code;
	}
	return code;
}

/** The path of a field. */
const safePath = (param: unknown): string =>
	typeof param === "string" && /^[\w.[\]-]{1,80}$/.test(param) ? param : "";

/** A code as providers write them; anything longer or freer is somebody's text. */
function safeCode(code: unknown): string {
	const text = typeof code === "number" ? String(code) : code;
	return typeof text === "string" && /^[\w.-]{1,60}$/.test(text) ? text : "";
}
