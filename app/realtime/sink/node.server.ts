import type { ServerResponse } from "node:http";
import type { Sink } from "./sink.ts";
import { StallGuard } from "./stall-guard.server.ts";

/**
 * A sink that writes to Node's own response. Without a web stream in between, a connection needs a fifth of the memory
 * and reports back-pressure. It is a class, like its guard, because closures would cost memory in each of thousands
 * of open streams.
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
		// The client may have disconnected while the stream was being prepared; then no `close` follows.
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
