import { AnswerFailed } from "../answer.ts";
import type { RefusablePart } from "./wire/server-behaviour.ts";

/** Error: a request to the provider failed. The error says whether a retry makes sense. */
export class ProviderFault extends Error {
	readonly reason: AnswerFailed["reason"];
	readonly canRetry: boolean;
	/** Delay in ms that the provider requested; null when the provider named none. */
	readonly retryAfterMs: number | null;
	/** The part of the request that the provider refused. Without this part the request may succeed. */
	readonly refused: RefusablePart | null;

	/** @param options.note a status or a code, which may be logged; never a body, which may contain texts of customers. */
	constructor(options: {
		reason: AnswerFailed["reason"];
		canRetry: boolean;
		retryAfterMs?: number | null;
		refused?: RefusablePart | null;
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

/** Fields of the SDK's and undici's errors by which faults are distinguished. */
type ErrorLike = {
	name?: string;
	constructor?: { name?: string };
	status?: number;
	code?: unknown;
	type?: unknown;
	/** The request field that the provider names as the cause of its error. */
	param?: unknown;
	headers?: Headers;
	/** The body of the provider's error response. */
	error?: unknown;
	cause?: ErrorLike;
	message?: string;
};

/**
 * Converts the error of a request into a ProviderFault: by the status when the provider answered, else by the kind of
 * the error. The error itself is not kept, because it contains the provider's body and headers.
 * @param hasBegun whether a first chunk had arrived.
 * @param findRefusedPart finds the refused part of the request from the status and the error body.
 */
export function toProviderFault(
	thrown: unknown,
	hasBegun: boolean,
	findRefusedPart: (status: number, answer: unknown) => RefusablePart | null = () => null,
): ProviderFault {
	if (thrown instanceof ProviderFault) return thrown;
	const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as ErrorLike;
	const kind = error.constructor?.name ?? "";
	if (kind === "APIConnectionTimeoutError") {
		return new ProviderFault({ reason: "timeout", canRetry: false, note: "connect" });
	}
	if (kind === "APIConnectionError") {
		const code = findDeepestCode(error);
		const isCut = /ECONNRESET|EPIPE|UND_ERR_SOCKET/.test(code);
		return new ProviderFault({ reason: isCut ? "cut" : "refused", canRetry: true, note: code });
	}
	if (typeof error.status === "number") {
		return toFaultOfStatus(error.status, error, findRefusedPart(error.status, error.error));
	}
	if (hasBegun || error.message === "terminated") {
		return new ProviderFault({ reason: "cut", canRetry: true, note: findDeepestCode(error) });
	}
	// The API key or the server's address cannot be used in a request at all, so a retry fails too.
	return new ProviderFault({ reason: "refused", canRetry: false, note: kind });
}

function toFaultOfStatus(status: number, error: ErrorLike, refused: RefusablePart | null): ProviderFault {
	const note = `${status} ${codeOrEmpty(error.code)} ${pathOrEmpty(error.param)}`.replace(/\s+/g, " ").trim();
	if (status === 401 || status === 403) {
		return new ProviderFault({ reason: "unauthorised", canRetry: false, note });
	}
	if (status === 408) return new ProviderFault({ reason: "timeout", canRetry: true, note });
	const retryAfterMs = readRetryAfterMs(error.headers);
	if (status === 429) {
		// An account without credit does not recover by waiting, so there is no retry.
		const canRetry = codeOrEmpty(error.code) !== "insufficient_quota";
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

/**
 * Reads the requested delay from a response's headers, in ms: OpenAI's header with milliseconds first, then Retry-After
 * in seconds or as a date. Null without a delay.
 */
function readRetryAfterMs(headers: Headers | undefined): number | null {
	const fine = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
	if (Number.isFinite(fine)) return Math.max(0, fine);
	const header = headers?.get("retry-after") ?? "";
	const waitMs = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

function findDeepestCode(error: ErrorLike): string {
	let code = "";
	for (let at: ErrorLike | undefined = error, depth = 0; at && depth < 5; at = at.cause, depth++) {
		code = codeOrEmpty(at.code) || code;
	}
	return code;
}

/** Returns the text when it is the path of a request field; else an empty text. */
const pathOrEmpty = (param: unknown): string =>
	typeof param === "string" && /^[\w.[\]-]{1,80}$/.test(param) ? param : "";

/** Returns the error code when it looks like a code; an empty text for any other text, which may be a customer's. */
function codeOrEmpty(code: unknown): string {
	const text = typeof code === "number" ? String(code) : code;
	return typeof text === "string" && /^[\w.-]{1,60}$/.test(text) ? text : "";
}
