import type { ServerResponse } from "node:http";
import type { Sink } from "./sink.ts";
import { guardStalls } from "./stall-guard.server.ts";

/** A sink that is Node's own response: no web stream between, so a connection costs a fifth and writes tell the truth. */
export function createNodeSink(response: ServerResponse): Sink {
	const drainListeners: (() => void)[] = [];
	const closeListeners: (() => void)[] = [];
	let isClosed = false;
	const guard = guardStalls(response, () => {
		for (const listener of drainListeners) listener();
	});

	function finish() {
		if (isClosed) return;
		isClosed = true;
		guard.stop();
		for (const listener of closeListeners) listener();
	}

	response.once("close", finish);
	if (response.destroyed) queueMicrotask(finish);

	return {
		write(text) {
			if (!isClosed) response.write(text);
		},
		isWritable: () => !isClosed && guard.isWritable(),
		onDrain: (listener) => void drainListeners.push(listener),
		onClose(listener) {
			// The reader may have gone while the stream was being prepared: then there is no later moment.
			if (isClosed) listener();
			else closeListeners.push(listener);
		},
		close() {
			if (isClosed) return;
			finish();
			response.end();
		},
	};
}
