import { log } from "#app/http/log.server.ts";
import { isDraining } from "./connections.server.ts";
import type { Cursor } from "./cursor.ts";
import type { StreamName } from "./events.ts";
import { createWebSink } from "./sink/web.server.ts";
import { createSseEncoder, SSE_HEADERS } from "./sse.server.ts";
import { openStream } from "./stream.server.ts";

/** A session's stream as the body of a Response. Who may read it is the caller's to have checked. */
export function respondWithEvents(options: {
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	readHistory: (upToSeq: number) => Promise<unknown[]>;
}): Response {
	if (isDraining()) return new Response(null, { status: 503, headers: { "Retry-After": "1" } });
	const { body, sink } = createWebSink();
	openStream({ ...options, sink, encode: createSseEncoder() }).catch((error: unknown) => {
		log.error({ err: error, sessionId: options.sessionId }, "a stream could not be opened");
	});
	return new Response(body, { headers: SSE_HEADERS });
}
