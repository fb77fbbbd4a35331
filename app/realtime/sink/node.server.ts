import type { ServerResponse } from "node:http";
import type { Sink } from "./sink.ts";
import { StallGuard } from "./stall-guard.server.ts";

/**
 * A sink that is Node's own response: no web stream between, so a connection costs a fifth and writes tell the
 * truth. A class, like its guard, because each of thousands of open streams would hold its own functions.
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
		// The reader may have gone while the stream was being prepared: then there is no later moment.
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
