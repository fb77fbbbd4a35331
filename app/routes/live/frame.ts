import { createHash } from "node:crypto";
import type { LoaderFunctionArgs } from "@remix-run/node";
import stylesheet from "#app/styles.css?url";

/**
 * Seconds before the frame's page is refreshed. With at most one second, browsers replace the page and add no entry to
 * the browser history.
 */
const REFRESH_SECONDS = 1;

/**
 * Seconds for which the browser caches the frame's page: longer than a server outage. The page contains no personal
 * data.
 */
const CACHE_SECONDS = 86_400;

const STYLE_HTML =
	"html,body{height:100%}body{margin:0}object{display:block;width:100%;height:100%}p{margin:0;padding:1.5rem 1rem;text-align:center}";

/**
 * GET /chat/live/frame and /admin/chat/:sessionId/live/frame: the document in the frame on a page without scripts.
 * The document shows the growing transcript page in an `object` element and loads it again when it has ended, for any
 * reason. A browser starts to count a refresh when everything in the document has loaded, so the refresh waits while
 * the transcript grows.
 * The document has two URLs (with and without `?open`), and each refreshes to the other. Both are cached, so the change
 * needs no server. A refresh to one and the same URL would be requested from the server, and a failed request would
 * leave the browser's error page for ever.
 */
export function loader({ request }: LoaderFunctionArgs): Response {
	const holdsTranscript = new URL(request.url).searchParams.has("open");
	return new Response(
		holdsTranscript ? framePage(REFRESH_SECONDS, "frame", TRANSCRIPT_HTML) : framePage(0, "frame?open", ""),
		{
			headers: {
				"Content-Type": "text/html; charset=utf-8",
				"Cache-Control": `public, max-age=${CACHE_SECONDS}`,
				"Content-Security-Policy": [
					"default-src 'none'",
					`style-src 'self' 'sha256-${createHash("sha256").update(STYLE_HTML).digest("base64")}'`,
					"object-src 'self'",
					"frame-src 'self'",
					"frame-ancestors 'self'",
					"base-uri 'none'",
				].join("; "),
				"X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "strict-origin-when-cross-origin",
			},
		},
	);
}

/** The text inside the `object` element is shown when the transcript page cannot be loaded. */
const TRANSCRIPT_HTML = `<object type="text/html" data="../live" title="Conversation"><p class="text-ink-soft">No connection at the moment. Your messages are safe, and the conversation comes back by itself. If it does not, reload this page.</p></object>`;

const framePage = (seconds: number, next: string, body: string) =>
	`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="${seconds};url=${next}"><title>Conversation</title><link rel="stylesheet" href="${stylesheet}"><style>${STYLE_HTML}</style></head><body>${body}</body></html>`;
