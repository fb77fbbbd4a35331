/**
 * The output of a stream. It has two implementations: a web stream (inside a Remix response) and Node's own response.
 * The stream knows neither.
 */
export interface Sink {
	/** Sends text to the client; call it only while `isWritable`, except for the few bytes of `bye`. */
	write(text: string): void;
	/** False while the client does not take what was written. */
	isWritable(): boolean;
	/** Sets the callback for each time it becomes writable again. */
	onDrain(listener: () => void): void;
	/** Adds a callback that is called once, when either side has closed the sink; at once if it is closed already. */
	onClose(listener: () => void): void;
	close(): void;
}
