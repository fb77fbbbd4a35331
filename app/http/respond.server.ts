import type { HeadersFunction } from "@remix-run/node";
import { DomainError, Invalid, TooMany } from "#app/models/errors.ts";
import { requestReference, type WithHeaders } from "./exchange.server.ts";
import { log } from "./log.server.ts";

/** An error of a request, as text for a person and as data for a program. */
export type Problem = {
	status: number;
	title: string;
	detail: string;
	/** Id of an internal error, which the log also contains, next to the error. */
	reference?: string;
	fieldErrors?: Record<string, string[]>;
	retryAfterSeconds?: number;
};

/**
 * Turns anything that was thrown into a Problem. Internal errors are logged here, once, with a reference.
 * @throws `error` itself if it is a Response, for example a redirect
 */
export function toProblem(request: WithHeaders, error: unknown): Problem {
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
	const reference = requestReference(request);
	log.error({ reference, err: error }, "request failed");
	return {
		status: 500,
		title: "Something went wrong here",
		detail: `This is our fault, not yours. Please try again; if it stays, tell us the reference ${reference}.`,
		reference,
	};
}

/**
 * The status and headers of the response to a failed form of a page; with status 429 also the header Retry-After (RFC
 * 9110, 10.2.3).
 */
export function problemInit({ status, retryAfterSeconds }: Problem, headers = new Headers()): ResponseInit {
	if (retryAfterSeconds) headers.set("Retry-After", String(retryAfterSeconds));
	return { status, headers };
}

/**
 * The `headers` export of a page whose action answers with `problemInit`. Without this export Remix sends only the
 * cookies of loaders and actions, and not the header Retry-After.
 */
export const passRetryAfter: HeadersFunction = ({ actionHeaders, parentHeaders }) => {
	const headers = new Headers(parentHeaders);
	const retryAfter = actionHeaders.get("Retry-After");
	if (retryAfter) headers.set("Retry-After", retryAfter);
	return headers;
};

/** The JSON content of every failed API answer (RFC 9457), as the body or as the last event of an event stream. */
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

/** A response as plain data, before it becomes a web Response or is written to a Node response. */
export type Reply = { status: number; headers: Record<string, string>; body: string };

/** The web Response of a reply. */
export const toResponse = ({ status, headers, body }: Reply): Response =>
	new Response(body, { status, headers });

/** The reply of the API to a request that failed. */
export function problemReply(problem: Problem): Reply {
	const { status, retryAfterSeconds } = problem;
	return {
		status,
		headers: {
			...NO_STORE_HEADERS,
			"Content-Type": "application/problem+json; charset=utf-8",
			...(retryAfterSeconds ? { "Retry-After": String(retryAfterSeconds) } : {}),
			...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
			// The connection is closed, because the rest of the request's body is not read, and the next request on the
			// same connection would be lost.
			...(status === 413 ? { Connection: "close" } : {}),
		},
		body: JSON.stringify(problemBody(problem)),
	};
}

/**
 * Headers that keep browsers and proxies from storing a JSON answer, because all JSON answers contain personal data.
 */
const NO_STORE_HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };

/** A JSON answer. */
export function jsonReply(
	body: unknown,
	{ status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Reply {
	return {
		status,
		headers: { ...headers, ...NO_STORE_HEADERS, "Content-Type": "application/json; charset=utf-8" },
		body: JSON.stringify(body),
	};
}

/** A JSON answer as a web Response. */
export const jsonResponse = (...answer: Parameters<typeof jsonReply>): Response =>
	toResponse(jsonReply(...answer));

/** Runs the handler of an API or stream route, and answers its errors as problem+json. */
export async function answerOrProblem(
	request: WithHeaders,
	handler: () => Promise<Response>,
): Promise<Response> {
	try {
		return await handler();
	} catch (error) {
		return toResponse(problemReply(toProblem(request, error)));
	}
}
