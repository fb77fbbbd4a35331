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
export class StallGuard {
	#response: ServerResponse;
	#onDrain: () => void;
	#watching: { timer: NodeJS.Timeout; drained: () => void } | null = null;

	/** @param onDrain called each time the response takes bytes again after `isWritable` has said that it does not. */
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

	/** Only a line that is full has a listener and a timer: nearly all of the thousands that are open are not. */
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
