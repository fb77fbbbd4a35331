import type { IncomingMessage } from "node:http";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { DomainError, NotFound } from "#app/models/errors.ts";

/** Methods that pages answer; the REST API checks its own methods. */
const PAGE_METHODS = ["GET", "HEAD", "POST", "OPTIONS"];
const API_METHODS = [...PAGE_METHODS, "PUT", "PATCH", "DELETE"];

/** Paths that stream, wait or answer data. Each has one spelling; Remix would also accept others. */
const DATA_PATHS =
	/^\/(chat|admin\/chat|admin\/chat\/[^/]+)\/(events|poll|sync|live|live\/frame|history|actions)$/;

/** 405, with the allowed methods. */
export class MethodNotAllowed extends DomainError {
	constructor(readonly allow: string) {
		super(405, "Method not allowed", `This address answers ${allow}.`);
	}
}

/**
 * The path and query of a request target. An absolute target (`GET http://host/chat`), as proxies send it, counts as
 * its path. @returns null for anything else, for example `*`.
 */
export function originForm(target: string): string | null {
	if (target.startsWith("/")) return target;
	if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
	const { pathname, search } = new URL(target);
	return pathname + search;
}

/**
 * Finds the reason to reject a request that no route should handle: an unsupported method or target; a NUL in the
 * path, which Postgres cannot store; another spelling of a streaming path (Remix would wait for the end of its data);
 * an invalid Host; a form from another site's page (Remix answers those with a 500 and a stack trace in the log).
 * @param path the path of the request target as sent; null when the target has none.
 * @returns the error to answer with; null for an acceptable request
 */
export function findRejection(request: IncomingMessage, path: string | null): DomainError | null {
	if (path === null) return new DomainError(400, "Bad request", "The address must begin with a slash.");
	const method = request.method ?? "GET";
	const isApi = path.startsWith("/api/");
	const allowed = isApi ? API_METHODS : PAGE_METHODS;
	if (!allowed.includes(method)) return new MethodNotAllowed(allowed.join(", "));
	if (/%00/.test(path) || isAlternateSpelling(path)) return new NotFound();
	const { host } = request.headers;
	if (host !== undefined && !URL.canParse(`http://${host}`))
		return new DomainError(400, "Bad request", "The Host header names no host.");
	// Programs use tokens, which a page of another site does not have.
	if (method !== "POST" || isApi) return null;
	try {
		// Reads the headers directly, because a Request for each form would be discarded at once.
		const get = (name: string) => request.headers[name.toLowerCase()]?.toString() ?? null;
		requireSameOrigin({ headers: { get }, url: "http://localhost" });
		return null;
	} catch (error) {
		if (error instanceof DomainError) return error;
		throw error;
	}
}

/** Whether a path is an alternate spelling of one of `DATA_PATHS`. */
function isAlternateSpelling(path: string): boolean {
	if (DATA_PATHS.test(path)) return false;
	const normalized = decode(path)
		.toLowerCase()
		.replaceAll("\\", "/")
		.replace(/\/{2,}/g, "/")
		.replace(/\.data$/, "")
		.replace(/\/$/, "");
	return DATA_PATHS.test(normalized);
}

/** The percent-decoded path, decoded up to twice; malformed encoding stays as it is. */
function decode(path: string): string {
	let decoded = path;
	for (let times = 0; times < 2; times += 1) {
		try {
			decoded = decodeURIComponent(decoded);
		} catch {
			return decoded;
		}
	}
	return decoded;
}
