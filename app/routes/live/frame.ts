import { createHash } from "node:crypto";
import type { LoaderFunctionArgs } from "@remix-run/node";
import stylesheet from "#app/styles.css?url";

/** Browsers put a page in place of the one before, and not after it in their history, up to a second. */
const AGAIN_SECONDS = 1;

/** Longer than a server is away; the page says nothing of anybody. */
const KEPT_SECONDS = 86_400;

const STYLE =
	"html,body{height:100%}body{margin:0}object{display:block;width:100%;height:100%}p{margin:0;padding:1.5rem 1rem;text-align:center}";

/**
 * GET /chat/live/frame and /admin/chat/:sessionId/live/frame: what stands in the frame of a page without scripts,
 * and begins the growing page inside it anew whenever that has ended, whatever ended it.
 *
 * A browser begins to count a refresh when everything in the page has come to its end, so the page that holds the
 * growing one waits for as long as that grows, also where it breaks off or is refused. Both pages here are kept by
 * the browser: it goes from one to the other without asking a server that may be away, whereas a page that went to
 * itself would be asked for anew, and replaced by the browser's own error page for good.
 */
export function loader({ request }: LoaderFunctionArgs): Response {
	const holdsTranscript = new URL(request.url).searchParams.has("open");
	return new Response(
		holdsTranscript ? page(AGAIN_SECONDS, "frame", TRANSCRIPT) : page(0, "frame?open", ""),
		{
			headers: {
				"Content-Type": "text/html; charset=utf-8",
				"Cache-Control": `public, max-age=${KEPT_SECONDS}`,
				"Content-Security-Policy": [
					"default-src 'none'",
					`style-src 'self' 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
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

/** What stands inside an object is shown where its page cannot be had. */
const TRANSCRIPT = `<object type="text/html" data="../live" title="Conversation"><p class="text-ink-soft">No connection at the moment. Your messages are safe, and the conversation comes back by itself. If it does not, reload this page.</p></object>`;

const page = (seconds: number, next: string, body: string) =>
	`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="${seconds};url=${next}"><title>Conversation</title><link rel="stylesheet" href="${stylesheet}"><style>${STYLE}</style></head><body>${body}</body></html>`;
