import { Forbidden } from "#app/models/errors.ts";

/**
 * Refuses a state change that another site's page sent with our visitor's cookie. Remix does this for UI routes
 * only; resource routes that use a cookie call this function. Browsers have sent Sec-Fetch-Site since 2023; for
 * older ones Origin is compared with Host. A client that sends neither is not a browser, so no other site's page
 * can have caused the request.
 * @throws Forbidden
 */
export function requireSameOrigin(request: { headers: Pick<Headers, "get">; url: string }): void {
	const site = request.headers.get("Sec-Fetch-Site");
	if (site !== null) {
		if (site === "same-origin" || site === "none") return;
		throw new Forbidden("This request came from another site.");
	}
	const origin = request.headers.get("Origin");
	if (origin === null) return;
	const host =
		request.headers.get("X-Forwarded-Host") ?? request.headers.get("Host") ?? new URL(request.url).host;
	if (!URL.canParse(origin) || new URL(origin).host !== host) {
		throw new Forbidden("This request came from another site.");
	}
}
