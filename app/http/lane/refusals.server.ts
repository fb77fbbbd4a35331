import type { IncomingMessage } from "node:http";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { DomainError, Forbidden, NotFound } from "#app/models/errors.ts";

/** Pages answer these; the REST interface says itself what it answers. */
const PAGE_METHODS = ["GET", "HEAD", "POST", "OPTIONS"];
const API_METHODS = [...PAGE_METHODS, "PUT", "PATCH", "DELETE"];

/** Addresses that stream, wait or answer data. They have one spelling each: Remix would find others as well. */
const DATA_PATHS =
	/^\/(chat|admin\/chat|admin\/chat\/[^/]+)\/(events|poll|sync|live|live\/frame|history|actions)$/;

/** 405 with the methods that are answered. */
export class MethodNotAllowed extends DomainError {
	constructor(readonly allow: string) {
		super(405, "Method not allowed", `This address answers ${allow}.`);
	}
}

/**
 * The path and query of a request target. An absolute one (`GET http://host/chat`), as proxies send it, counts as
 * its path. @returns null for anything else, `*` say.
 */
export function originForm(target: string): string | null {
	if (target.startsWith("/")) return target;
	if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
	const { pathname, search } = new URL(target);
	return pathname + search;
}

/**
 * What no route should have to see: a method or an address that nobody answers, a NUL in the address, which
 * Postgres cannot hold, another spelling of an address that streams (a page's data would be waited for to its end), a
 * host that is none, and a form from another site's page (Remix answers those with a 500 and a stack in the log).
 * @param path the path of the request target, as it was sent; null when the target has none.
 */
export function whyRefused(request: IncomingMessage, path: string | null): DomainError | null {
	if (path === null) return new DomainError(400, "Bad request", "The address must begin with a slash.");
	const method = request.method ?? "GET";
	const isApi = path.startsWith("/api/");
	const allowed = isApi ? API_METHODS : PAGE_METHODS;
	if (!allowed.includes(method)) return new MethodNotAllowed(allowed.join(", "));
	if (/%00/.test(path) || isOtherSpelling(path)) return new NotFound();
	const { host } = request.headers;
	if (host !== undefined && !URL.canParse(`http://${host}`))
		return new DomainError(400, "Bad request", "The Host header names no host.");
	// Programs act with tokens, which no foreign page has.
	if (method !== "POST" || isApi) return null;
	try {
		// Read where they are: a Request made of each form would only be thrown away.
		const get = (name: string) => request.headers[name.toLowerCase()]?.toString() ?? null;
		requireSameOrigin({ headers: { get }, url: "http://localhost" });
		return null;
	} catch (error) {
		return error instanceof DomainError ? error : new Forbidden();
	}
}

/** Whether a path means an address of `DATA_PATHS` and is not its one spelling. */
function isOtherSpelling(path: string): boolean {
	if (DATA_PATHS.test(path)) return false;
	const meant = decode(path)
		.toLowerCase()
		.replaceAll("\\", "/")
		.replace(/\/{2,}/g, "/")
		.replace(/\.data$/, "")
		.replace(/\/$/, "");
	return DATA_PATHS.test(meant);
}

/** The path without percent signs, also where they were written twice; as it is where they are malformed. */
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
