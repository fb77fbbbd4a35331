import type { ServerResponse } from "node:http";

/** Bytes a reader may leave lying in this process before it is cut off. */
const UNSENT_LIMIT_BYTES = 256 * 1024;
/** How long a reader may take nothing at all. */
const STALL_LIMIT_MS = 30_000;
const STALL_CHECK_MS = 1_000;

/**
 * Watches Node's response behind a stream: says whether it takes bytes, tells when it does again, and cuts a
 * reader off that has stopped reading, since what it leaves lying is our memory.
 */
export function guardStalls(response: ServerResponse, onDrain: () => void) {
	let timer: NodeJS.Timeout | undefined;

	function drained() {
		clearInterval(timer);
		timer = undefined;
		onDrain();
	}

	function watch() {
		if (timer) return;
		const since = Date.now();
		timer = setInterval(() => {
			if (!response.writableNeedDrain) drained();
			else if (response.writableLength > UNSENT_LIMIT_BYTES || Date.now() - since > STALL_LIMIT_MS)
				response.destroy();
		}, STALL_CHECK_MS);
		timer.unref();
	}

	response.on("drain", drained);
	return {
		isWritable(): boolean {
			if (!response.writableNeedDrain) return true;
			watch();
			return false;
		},
		stop() {
			clearInterval(timer);
			response.off("drain", drained);
		},
	};
}
