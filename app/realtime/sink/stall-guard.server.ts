import type { ServerResponse } from "node:http";

/** Most unsent bytes of one client in this process before its connection is closed. */
const UNSENT_LIMIT_BYTES = 256 * 1024;
/** How long a client may take no bytes at all. */
const STALL_LIMIT_MS = 30_000;
const STALL_CHECK_MS = 1_000;

/**
 * Watches Node's response of a stream: reports whether it takes bytes, calls back when it does again, and closes the
 * connection of a client that has stopped reading, because its unsent bytes are our memory.
 */
export class StallGuard {
	#response: ServerResponse;
	#onDrain: () => void;
	#watching: { timer: NodeJS.Timeout; drained: () => void } | null = null;

	/** @param onDrain called each time the response takes bytes again after `isWritable` was false. */
	constructor(response: ServerResponse, onDrain: () => void) {
		this.#response = response;
		this.#onDrain = onDrain;
	}

	isWritable(): boolean {
		if (!this.#response.writableNeedDrain) return true;
		this.#watch();
		return false;
	}

	stop(): void {
		if (!this.#watching) return;
		clearInterval(this.#watching.timer);
		this.#response.off("drain", this.#watching.drained);
		this.#watching = null;
	}

	/** Only a full buffer has a listener and a timer; nearly all of thousands of open streams have none. */
	#watch(): void {
		if (this.#watching) return;
		const response = this.#response;
		const since = Date.now();
		const drained = () => {
			this.stop();
			this.#onDrain();
		};
		const timer = setInterval(() => {
			if (!response.writableNeedDrain) drained();
			else if (response.writableLength > UNSENT_LIMIT_BYTES || Date.now() - since > STALL_LIMIT_MS)
				response.destroy();
		}, STALL_CHECK_MS);
		timer.unref();
		response.on("drain", drained);
		this.#watching = { timer, drained };
	}
}
