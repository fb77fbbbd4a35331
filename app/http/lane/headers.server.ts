import type { ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";

/** Half a year, for the host alone: other hosts of the domain are not ours to speak for. */
const HSTS_SECONDS = 15_768_000;

/** Host names that browsers trust without https. */
const OWN_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Headers for every answer, whoever makes it, unless it has them. They are added when the head is written, because
 * remix-serve appends what a route sets to what is there already.
 *
 * Without a Cache-Control of its own an answer is private: only files of the build are anybody's.
 */
export function setDefaultHeaders(response: ServerResponse, path: string): void {
	const isHttps = env().PUBLIC_URL?.startsWith("https://") ?? false;
	const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
	const setUnlessSet = (name: string, value: string) => {
		if (!response.hasHeader(name)) response.setHeader(name, value);
	};
	response.writeHead = ((...args: unknown[]) => {
		const given = args.find((arg) => typeof arg === "object" && arg !== null && !Array.isArray(arg)) ?? {};
		const names = new Set(Object.keys(given as object).map((name) => name.toLowerCase()));
		// A page's data is the page's: what a loader says of caching is not known to Remix there.
		if (path.endsWith(".data")) response.setHeader("Cache-Control", "no-store");
		else if (!names.has("cache-control")) setUnlessSet("Cache-Control", "no-store");
		setUnlessSet("X-Content-Type-Options", "nosniff");
		setUnlessSet("Referrer-Policy", "strict-origin-when-cross-origin");
		// Over plain http browsers ignore it with an error in the console, except on this machine's own names.
		if (isHttps || OWN_NAME.test(response.req?.headers.host ?? ""))
			setUnlessSet("Cross-Origin-Opener-Policy", "same-origin");
		if (isHttps) setUnlessSet("Strict-Transport-Security", `max-age=${HSTS_SECONDS}`);
		return writeHead(...args);
	}) as ServerResponse["writeHead"];
}
