import type { LoggedEvent } from "#app/realtime/log.server.ts";
import type { Reader } from "#app/realtime/reader.ts";

/**
 * Creates a reader for the hub that records what it receives.
 * @param over methods that replace the reader's own.
 */
export function createRecordingReader(over: Partial<Reader> = {}) {
	const received: LoggedEvent[] = [];
	const reader: Reader = {
		cursor: 0,
		isWritable: () => true,
		deliver: (event) => received.push(event),
		deliverEphemeral: () => {},
		disconnect: () => {},
		...over,
	};
	return { reader, received, seqs: () => received.map((event) => event.seq) };
}
