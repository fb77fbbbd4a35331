import type { HeadersFunction } from "@remix-run/node";
import { DomainError, Invalid, TooMany } from "#app/models/errors.ts";
import { log } from "./log.server.ts";
import { requestReference } from "./reference.server.ts";

/** An error, as text for a person and data for a program. */
export type Problem = {
	status: number;
	title: string;
	detail: string;
	/** Id of an internal error; the log has it next to the cause. */
	reference?: string;
	fieldErrors?: Record<string, string[]>;
	retryAfterSeconds?: number;
};

/**
 * Turns anything that was thrown into a Problem. Internal errors are logged here, once, with a reference.
 * @throws a thrown Response (for example a redirect) again
 */
export function toProblem(error: unknown): Problem {
	if (error instanceof Response) throw error;
	if (error instanceof DomainError) {
		return {
			status: error.status,
			title: error.title,
			detail: error.message,
			...(error instanceof Invalid ? { fieldErrors: error.fieldErrors } : {}),
			...(error instanceof TooMany ? { retryAfterSeconds: error.retryAfterSeconds } : {}),
		};
	}
	const reference = requestReference();
	log.error({ reference, err: error }, "request failed");
	return {
		status: 500,
		title: "Something went wrong here",
		detail: `This is our fault, not yours. Please try again; if it stays, tell us the reference ${reference}.`,
		reference,
	};
}

/** The status and headers of a page's failed form; with 429 the seconds to wait (RFC 9110, 10.2.3). */
export function problemInit({ status, retryAfterSeconds }: Problem, headers = new Headers()): ResponseInit {
	if (retryAfterSeconds) headers.set("Retry-After", String(retryAfterSeconds));
	return { status, headers };
}

/**
 * The `headers` export of a page whose action answers with `problemInit`. Without it Remix sends only the cookies of
 * loaders and actions.
 */
export const passRetryAfter: HeadersFunction = ({ actionHeaders, parentHeaders }) => {
	const headers = new Headers(parentHeaders);
	const retryAfter = actionHeaders.get("Retry-After");
	if (retryAfter) headers.set("Retry-After", retryAfter);
	return headers;
};

/** The content of every failed API answer (RFC 9457), in its body or as the last event of its stream. */
export function problemBody({ status, title, detail, reference, fieldErrors }: Problem) {
	return {
		type: "about:blank",
		title,
		status,
		detail,
		...(fieldErrors ? { errors: fieldErrors } : {}),
		...(reference ? { instance: `urn:mevi:${reference}` } : {}),
	};
}

/** A failed API answer. */
export function problemResponse(problem: Problem): Response {
	const { status, retryAfterSeconds } = problem;
	return new Response(JSON.stringify(problemBody(problem)), {
		status,
		headers: {
			"Content-Type": "application/problem+json; charset=utf-8",
			"Cache-Control": "no-store",
			"X-Content-Type-Options": "nosniff",
			...(retryAfterSeconds ? { "Retry-After": String(retryAfterSeconds) } : {}),
			...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
			// The rest of the body is not read, so the next request on this connection would be lost with it.
			...(status === 413 ? { Connection: "close" } : {}),
		},
	});
}

/** A JSON answer that must not be stored, because all answers contain personal data. */
export function jsonResponse(body: unknown, init: ResponseInit = {}): Response {
	const headers = new Headers(init.headers);
	headers.set("Content-Type", "application/json; charset=utf-8");
	headers.set("Cache-Control", "no-store");
	headers.set("X-Content-Type-Options", "nosniff");
	const text = JSON.stringify(body);
	const response = new Response(text, { ...init, headers });
	bodyTexts.set(response, text);
	return response;
}

const bodyTexts = new WeakMap<Response, string>();

/** The body of a response. For a response of `jsonResponse` it is returned without reading a stream. */
export const readBody = (response: Response): string | Promise<string> =>
	bodyTexts.get(response) ?? response.text();

/** Runs a handler and answers its errors as problem+json. For API and stream routes. */
export async function answering(handler: () => Promise<Response>): Promise<Response> {
	try {
		return await handler();
	} catch (error) {
		return problemResponse(toProblem(error));
	}
}
