import type { ServerResponse } from "node:http";
import type { Sink } from "./sink.ts";

/**
 * A sink that writes to Node's own response. Without a web stream in between, a connection needs a fifth of the
 * memory and reports back-pressure. `NodeSink` and `StallGuard` are classes, because closures would cost memory in
 * each of thousands of open streams.
 */
export class NodeSink implements Sink {
	#response: ServerResponse;
	#guard: StallGuard;
	#onDrain: (() => void) | null = null;
	#closeListeners: (() => void)[] | null = [];

	constructor(response: ServerResponse) {
		this.#response = response;
		this.#guard = new StallGuard(response, () => this.#onDrain?.());
		response.once("close", () => this.#finish());
		if (response.destroyed) queueMicrotask(() => this.#finish());
	}

	write(text: string): void {
		if (this.#closeListeners) this.#response.write(text);
	}

	isWritable(): boolean {
		return this.#closeListeners !== null && this.#guard.isWritable();
	}

	onDrain(listener: () => void): void {
		this.#onDrain = listener;
	}

	onClose(listener: () => void): void {
		// If the client has disconnected while the stream was being prepared, no `close` event follows.
		if (this.#closeListeners) this.#closeListeners = [...this.#closeListeners, listener];
		else listener();
	}

	close(): void {
		if (!this.#closeListeners) return;
		this.#finish();
		this.#response.end();
	}

	#finish(): void {
		const listeners = this.#closeListeners;
		if (!listeners) return;
		this.#closeListeners = null;
		this.#guard.stop();
		for (const listener of listeners) listener();
	}
}

/** Most unsent bytes of one client in this process before its connection is closed. */
const UNSENT_LIMIT_BYTES = 256 * 1024;
/** Longest time for which a client may accept no bytes before its connection is closed. */
const STALL_LIMIT_MS = 30_000;
const STALL_CHECK_MS = 1_000;

/**
 * Watches Node's response of a stream: reports whether the response accepts bytes, calls back when it accepts them
 * again, and closes the connection of a client that has stopped reading, because unsent bytes stay in the server's
 * memory.
 */
export class StallGuard {
	#response: ServerResponse;
	#onDrain: () => void;
	#watching: { timer: NodeJS.Timeout; drained: () => void } | null = null;

	/** @param onDrain called each time the response accepts bytes again after `isWritable` was false. */
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

	/**
	 * Starts a listener and a timer only while the response's buffer is full, so that nearly all of thousands of open
	 * streams have none.
	 */
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
