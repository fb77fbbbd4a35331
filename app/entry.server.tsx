import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import {
	type ActionFunctionArgs,
	createReadableStreamFromReadable,
	type EntryContext,
	type LoaderFunctionArgs,
} from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { boot } from "#app/boot.server.ts";
import { PageContext } from "#app/components/page-context.ts";
import { requestReference } from "#app/http/exchange.server.ts";
import { log } from "#app/http/log.server.ts";
import { installRawHandler } from "#app/http/raw-handler/raw-handler.server.ts";
import { pageSecurityHeaders } from "#app/http/security-headers.server.ts";
import { rawRoutes } from "#app/raw-routes.server.ts";

boot();
installRawHandler(rawRoutes);

/** Maximum milliseconds that the server waits for a page's data; no page waits for a language model. */
export const streamTimeout = 10_000;

/**
 * Logs an error of a page's loader or action once, with the request id that the error page shows. Aborted requests and
 * unknown URLs are not logged.
 */
export function handleError(error: unknown, { request }: LoaderFunctionArgs | ActionFunctionArgs) {
	if (request.signal.aborted || (isRouteErrorResponse(error) && error.status < 500)) return;
	const path = new URL(request.url).pathname;
	log.error(
		{ reference: requestReference(request), err: error, method: request.method, path },
		"page failed",
	);
}

export default function handleRequest(
	request: Request,
	status: number,
	headers: Headers,
	context: EntryContext,
): Promise<Response> {
	const nonce = randomBytes(16).toString("base64");
	const reference = requestReference(request);
	const renderedAt = new Date().toISOString();
	for (const [name, value] of pageSecurityHeaders(nonce)) if (!headers.has(name)) headers.set(name, value);
	headers.set("Content-Type", "text/html; charset=utf-8");
	if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
	// Search engine crawlers get the page after all of it is rendered; browsers get the page's beginning earlier.
	const isCrawler = isbot(request.headers.get("User-Agent") ?? "");

	return new Promise((resolve, reject) => {
		let hasShell = false;
		let finalStatus = status;
		const send = () => {
			hasShell = true;
			const body = new PassThrough();
			resolve(new Response(createReadableStreamFromReadable(body), { headers, status: finalStatus }));
			pipe(body);
		};
		const { pipe, abort } = renderToPipeableStream(
			<PageContext.Provider value={{ nonce, renderedAt, reference: status >= 500 ? reference : undefined }}>
				<RemixServer context={context} url={request.url} abortDelay={streamTimeout} nonce={nonce} />
			</PageContext.Provider>,
			{
				nonce,
				...(isCrawler ? { onAllReady: send } : { onShellReady: send }),
				onShellError: reject,
				onError(error: unknown) {
					finalStatus = 500;
					if (hasShell) log.error({ reference, err: error }, "rendering failed");
				},
			},
		);
		setTimeout(abort, streamTimeout + 1_000).unref();
	});
}
