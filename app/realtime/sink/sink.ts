/**
 * The output of a stream. It has two implementations: a web stream (inside a Remix response) and Node's own response.
 * The code of a stream depends on neither.
 */
export interface Sink {
	/** Sends text to the client; call it only while `isWritable` is true, except for the short last event `bye`. */
	write(text: string): void;
	/** False while the client does not accept the bytes that were written. */
	isWritable(): boolean;
	/** Sets the callback for each time the sink becomes writable again. */
	onDrain(listener: () => void): void;
	/**
	 * Adds a callback that is called once, when the server or the client has closed the sink; at once if the sink is
	 * closed already.
	 */
	onClose(listener: () => void): void;
	close(): void;
}
