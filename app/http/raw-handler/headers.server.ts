import type { ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";

/** Half a year, without includeSubDomains: other hosts of the domain are not under our control. */
const HSTS_SECONDS = 15_768_000;

/** Host names that browsers treat as secure without https. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Sets default headers of a response that does not set them itself. They are added when the head is written, because
 * remix-serve appends a route's headers to existing ones.
 *
 * A response without a Cache-Control is `no-store`: only files of the build are public.
 */
export function setDefaultHeaders(response: ServerResponse, path: string): void {
	const isHttps = env().PUBLIC_URL?.startsWith("https://") ?? false;
	const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
	const setUnlessSet = (name: string, value: string) => {
		if (!response.hasHeader(name)) response.setHeader(name, value);
	};
	response.writeHead = ((...args: unknown[]) => {
		const explicit = args.find((arg) => typeof arg === "object" && arg !== null && !Array.isArray(arg)) ?? {};
		const names = new Set(Object.keys(explicit as object).map((name) => name.toLowerCase()));
		// Remix does not apply a page's Cache-Control to its data, so data is never stored.
		if (path.endsWith(".data")) response.setHeader("Cache-Control", "no-store");
		else if (!names.has("cache-control")) setUnlessSet("Cache-Control", "no-store");
		setUnlessSet("X-Content-Type-Options", "nosniff");
		setUnlessSet("Referrer-Policy", "strict-origin-when-cross-origin");
		// Over plain http browsers ignore it with an error in the console, except on this machine's own names.
		if (isHttps || LOOPBACK_HOST.test(response.req?.headers.host ?? ""))
			setUnlessSet("Cross-Origin-Opener-Policy", "same-origin");
		if (isHttps) setUnlessSet("Strict-Transport-Security", `max-age=${HSTS_SECONDS}`);
		return writeHead(...args);
	}) as ServerResponse["writeHead"];
}
