import { AnswerFailed } from "../answer.ts";
import type { RefusablePart } from "./wire/server-behaviour.ts";

/** A failure of the provider, and whether a retry makes sense. */
export class ProviderFault extends Error {
	readonly reason: AnswerFailed["reason"];
	readonly canRetry: boolean;
	/** Delay that the provider requested; null when it named none. */
	readonly retryAfterMs: number | null;
	/** Part of the request that the provider refused; without it the request may succeed. */
	readonly refused: RefusablePart | null;

	/** @param options.note may be logged: a status or a code, never a body, which may contain texts of customers. */
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
	/** The request field that the provider names. */
	param?: unknown;
	headers?: Headers;
	/** The body of the response. */
	error?: unknown;
	cause?: ErrorLike;
	message?: string;
};

/**
 * Converts an error of a request into a fault: by its status when the provider answered, else by its kind. The error
 * itself is not kept, because it contains the provider's body and headers.
 * @param hasBegun whether a first chunk had arrived.
 * @param findRefusedPart finds the refused part of the request in a status and an error body.
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
	// The key or the address cannot be used in a request at all.
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
		// An account without credit does not recover by waiting.
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
 * The Retry-After header in milliseconds: OpenAI's header with milliseconds first, then seconds, then a date; null
 * without one.
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

/** The path of a field; empty when it is not one. */
const pathOrEmpty = (param: unknown): string =>
	typeof param === "string" && /^[\w.[\]-]{1,80}$/.test(param) ? param : "";

/** The error code when it looks like a code; empty for other text, which may be a customer's. */
function codeOrEmpty(code: unknown): string {
	const text = typeof code === "number" ? String(code) : code;
	return typeof text === "string" && /^[\w.-]{1,60}$/.test(text) ? text : "";
}
