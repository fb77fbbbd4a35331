import type { ServerResponse } from "node:http";
import { StallGuard } from "./node.server.ts";
import type { Sink } from "./sink.ts";

/**
 * A sink that writes to the body of a web Response, and so works in any server that runs Remix.
 *
 * Remix's adapter ignores the result of `write()`, so a paused client would fill the memory of the process (58 MB
 * measured). Node's own response still knows whether its buffer is full, so this sink asks Node's response.
 *
 * @param response Node's response; "closed" when the client has disconnected; undefined outside a Node server.
 */
export function createWebSink(response: ServerResponse | "closed" | undefined): {
	body: ReadableStream<Uint8Array>;
	sink: Sink;
} {
	const encoder = new TextEncoder();
	let drained = () => {};
	const closeListeners: (() => void)[] = [];
	let controller: ReadableStreamDefaultController<Uint8Array>;
	let isClosed = false;
	const isOpen = typeof response === "object" && !response.destroyed;
	const guard = isOpen && new StallGuard(response, () => drained());

	const body = new ReadableStream<Uint8Array>({
		start(created) {
			controller = created;
		},
		cancel: () => finish(),
	});

	function finish() {
		if (isClosed) return;
		isClosed = true;
		if (guard) guard.stop();
		for (const listener of closeListeners) listener();
	}

	if (isOpen) response.once("close", finish);
	else if (response) queueMicrotask(finish);

	const sink: Sink = {
		write(text) {
			if (!isClosed) controller.enqueue(encoder.encode(text));
		},
		isWritable: () => !isClosed && (!guard || guard.isWritable()),
		onDrain(listener) {
			drained = listener;
		},
		onClose(listener) {
			// If the client has disconnected while the stream was being prepared, no `close` event follows.
			if (isClosed) listener();
			else closeListeners.push(listener);
		},
		close() {
			if (isClosed) return;
			finish();
			controller.close();
		},
	};
	return { body, sink };
}
