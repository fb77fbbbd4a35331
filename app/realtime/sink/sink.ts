/**
 * Where a stream writes to. Two implementations are meant to stand behind it: a web stream (inside a Remix
 * response) and Node's raw response; the connection above knows neither.
 */
export interface Sink {
	/** Hands text to the other side; call only while `isWritable`, except for the few bytes of a goodbye. */
	write(text: string): void;
	/** False while the other side is not taking what was written. */
	isWritable(): boolean;
	/** Sets who is called each time it can take more again. */
	onDrain(listener: () => void): void;
	/** Called once, when either side has ended it; at once where it has ended already. */
	onClose(listener: () => void): void;
	close(): void;
}
