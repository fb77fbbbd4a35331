import type { ServerResponse } from "node:http";
import { currentResponse } from "../disconnect.server.ts";
import type { Sink } from "./sink.ts";

/** Bytes a reader may leave lying in this process before it is cut off. */
const UNSENT_LIMIT_BYTES = 256 * 1024;
/** How long a reader may take nothing at all. */
const STALL_LIMIT_MS = 30_000;
const STALL_CHECK_MS = 1_000;

/**
 * A sink that is the body of a web Response.
 *
 * Remix's adapter ignores what `write()` returns, so a paused reader would fill the memory of the process
 * (58 MB measured). Node's response behind it still knows: it is asked here whether it needs to drain.
 */
export function createWebSink(): { body: ReadableStream<Uint8Array>; sink: Sink } {
	const response = currentResponse();
	const encoder = new TextEncoder();
	const drainListeners: (() => void)[] = [];
	const closeListeners: (() => void)[] = [];
	let controller: ReadableStreamDefaultController<Uint8Array>;
	let isClosed = false;
	let stallTimer: NodeJS.Timeout | undefined;

	const body = new ReadableStream<Uint8Array>({
		start(created) {
			controller = created;
		},
		cancel: () => finish(),
	});

	function finish() {
		if (isClosed) return;
		isClosed = true;
		clearInterval(stallTimer);
		response?.off("drain", drained);
		for (const listener of closeListeners) listener();
	}

	function drained() {
		clearInterval(stallTimer);
		stallTimer = undefined;
		for (const listener of drainListeners) listener();
	}

	function watchStall(stalled: ServerResponse) {
		if (stallTimer) return;
		const since = Date.now();
		stallTimer = setInterval(() => {
			if (!stalled.writableNeedDrain) drained();
			else if (stalled.writableLength > UNSENT_LIMIT_BYTES || Date.now() - since > STALL_LIMIT_MS)
				stalled.destroy();
		}, STALL_CHECK_MS);
		stallTimer.unref();
	}

	response?.once("close", finish);
	response?.on("drain", drained);
	if (response?.destroyed) queueMicrotask(finish);

	const sink: Sink = {
		write(text) {
			if (!isClosed) controller.enqueue(encoder.encode(text));
		},
		isWritable() {
			if (isClosed) return false;
			if (!response?.writableNeedDrain) return true;
			watchStall(response);
			return false;
		},
		onDrain: (listener) => void drainListeners.push(listener),
		onClose: (listener) => void closeListeners.push(listener),
		close() {
			if (isClosed) return;
			finish();
			controller.close();
		},
	};
	return { body, sink };
}
