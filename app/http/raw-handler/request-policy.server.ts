import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import { DomainError, Forbidden, NotFound } from "#app/models/errors.ts";

/** HTTP methods that pages answer; the REST API checks its methods itself. */
const PAGE_METHODS = ["GET", "HEAD", "POST", "OPTIONS"];
const API_METHODS = [...PAGE_METHODS, "PUT", "PATCH", "DELETE"];

/**
 * Paths of event streams, polls and JSON answers. Each path has one allowed spelling, but Remix would also accept
 * others.
 */
const DATA_PATHS =
	/^\/(chat|admin\/chat|admin\/chat\/[^/]+)\/(events|poll|sync|live|live\/frame|history|actions)$/;

/**
 * Duration of Strict-Transport-Security (HSTS) in seconds: half a year. The header has no includeSubDomains, because
 * other hosts of the domain are not under our control.
 */
const HSTS_SECONDS = 15_768_000;

/** Host names that browsers treat as secure without https. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** The error 405, with the allowed HTTP methods. */
export class MethodNotAllowed extends DomainError {
	constructor(readonly allow: string) {
		super(405, "Method not allowed", `This address answers ${allow}.`);
	}
}

/**
 * The path and query of a request target. An absolute target (`GET http://host/chat`), as proxies send it, gives the
 * path in it. @returns null for anything else, for example `*`.
 */
export function pathOfTarget(target: string): string | null {
	if (target.startsWith("/")) return target;
	if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
	const { pathname, search } = new URL(target);
	return pathname + search;
}

/**
 * Finds the reason to reject a request that no route should handle: an unsupported method or target; a NUL in the
 * path, which Postgres cannot store; another spelling of a streaming path (Remix would wait for the end of the
 * stream); an invalid Host; a form from another site's page.
 * @param path the path of the request target as sent; null when the target has none.
 * @returns the error for the response; null for an acceptable request
 */
export function findRejection(request: IncomingMessage, path: string | null): DomainError | null {
	if (path === null) return new DomainError(400, "Bad request", "The address must begin with a slash.");
	const method = request.method ?? "GET";
	const isApi = path.startsWith("/api/");
	const allowed = isApi ? API_METHODS : PAGE_METHODS;
	if (!allowed.includes(method)) return new MethodNotAllowed(allowed.join(", "));
	if (path.includes("%00") || isAlternateSpelling(path)) return new NotFound();
	const { host } = request.headers;
	if (host !== undefined && !URL.canParse(`http://${host}`))
		return new DomainError(400, "Bad request", "The Host header names no host.");
	// API requests need no check of their origin, because programs use tokens, which a page of another site does not
	// have.
	if (method === "POST" && !isApi && !isSameOrigin(request))
		return new Forbidden("This request came from another site.");
	return null;
}

/**
 * Whether a form was sent by a page of this site, and not by a page of another site with the cookie of our visitor.
 * Browsers have sent Sec-Fetch-Site since 2023; for older ones Origin is compared with Host. A client that sends
 * neither is not a browser, so no other site's page can have caused the request.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
	const site = headers["sec-fetch-site"];
	if (site !== undefined) return site === "same-origin" || site === "none";
	const { origin } = headers;
	if (origin === undefined) return true;
	const host = headers["x-forwarded-host"] ?? headers.host;
	return URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether a path is an alternate spelling of one of `DATA_PATHS`. */
function isAlternateSpelling(path: string): boolean {
	if (DATA_PATHS.test(path)) return false;
	const normalized = decodePath(path)
		.toLowerCase()
		.replaceAll("\\", "/")
		.replace(/\/{2,}/g, "/")
		.replace(/\.data$/, "")
		.replace(/\/$/, "");
	return DATA_PATHS.test(normalized);
}

/** The percent-decoded path, decoded up to twice; malformed encoding stays as it is. */
function decodePath(path: string): string {
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

/**
 * Headers of every response that does not set them itself. A response without a Cache-Control is `no-store`: only files
 * of the build are public.
 * @param host the request's Host header.
 */
export function defaultHeaders(host: string | undefined): Record<string, string> {
	const isHttps = env().PUBLIC_URL?.startsWith("https://") ?? false;
	const headers: Record<string, string> = {
		"Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "strict-origin-when-cross-origin",
	};
	// Cross-Origin-Opener-Policy is sent only over https and on this machine's own host names, because over plain http
	// to other hosts browsers ignore the header and log an error.
	if (isHttps || LOOPBACK_HOST.test(host ?? "")) headers["Cross-Origin-Opener-Policy"] = "same-origin";
	if (isHttps) headers["Strict-Transport-Security"] = `max-age=${HSTS_SECONDS}`;
	return headers;
}

/**
 * Adds the default headers to a response that Remix writes. They are added when the response's head is written,
 * because remix-serve appends a route's headers to existing ones.
 */
export function setDefaultHeaders(response: ServerResponse, path: string): void {
	const defaults = defaultHeaders(response.req?.headers.host);
	const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
	response.writeHead = ((...args: unknown[]) => {
		const explicit = args.find((arg) => typeof arg === "object" && arg !== null && !Array.isArray(arg)) ?? {};
		const names = new Set(Object.keys(explicit as object).map((name) => name.toLowerCase()));
		// Remix does not apply a page's Cache-Control header to the page's data requests, so these always get `no-store`.
		if (path.endsWith(".data")) response.setHeader("Cache-Control", "no-store");
		for (const [name, value] of Object.entries(defaults)) {
			if (!names.has(name.toLowerCase()) && !response.hasHeader(name)) response.setHeader(name, value);
		}
		return writeHead(...args);
	}) as ServerResponse["writeHead"];
}
