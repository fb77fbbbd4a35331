import { encode as encodeFrame } from "eventsource-encoder";
import type { EncodeEvent } from "./stream.server.ts";

/**
 * Headers of every stream. `no-transform` prevents compression (242 to 315 KB of memory for each connection) and
 * changes by CDNs; `X-Accel-Buffering` tells nginx not to buffer.
 */
export const STREAM_HEADERS = {
	"Cache-Control": "no-cache, no-store, no-transform",
	"X-Accel-Buffering": "no",
} as const;

export const SSE_HEADERS = { ...STREAM_HEADERS, "Content-Type": "text/event-stream; charset=utf-8" } as const;

/**
 * The first bytes of an event stream: an SSE comment of two kilobytes, because some proxies and browsers hold the
 * first two kilobytes back.
 */
const SSE_OPENING_BYTES = `:${" ".repeat(2048)}\nretry: 3000\n\n`;

/** Encodes events as Server-Sent Events; padding before the first event makes buffering proxies pass it on. */
export function createSseEncoder(): EncodeEvent {
	let isOpened = false;
	return ({ id, type, json }) => {
		const frame = encodeFrame({ event: type, data: json, ...(id === null ? {} : { id }) });
		if (isOpened) return frame;
		isOpened = true;
		return SSE_OPENING_BYTES + frame;
	};
}
