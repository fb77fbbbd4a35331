import type { Envelope } from "./bus.ts";
import { pack } from "./pack.ts";

/**
 * Least time between the starts of two sends, so that a busy process sends few large payloads. A message of a busy
 * process waits for half of it on average.
 */
const BATCH_MS = 1;

/** Largest number of waiting entries, so that memory does not grow while the broker is down. The head check repairs what is dropped. */
const BACKLOG_LIMIT = 20_000;

/**
 * Sends the first envelope at once and batches the others while a send is in progress.
 *
 * @param options.node id of this process. @param options.limitBytes largest payload in bytes.
 * @param options.transmit passes payloads to the broker; a failure loses them, which only delays messages.
 * @returns a function that queues an envelope.
 */
export function createSender(options: {
	node: string;
	limitBytes: number;
	transmit: (payloads: string[]) => Promise<unknown>;
}): (envelope: Envelope) => void {
	let waiting: Envelope = { wakeUps: [], ephemerals: [] };
	let isSending = false;

	async function flush() {
		isSending = true;
		try {
			while (waiting.wakeUps.length > 0 || waiting.ephemerals.length > 0) {
				const payloads = pack(waiting, options);
				const startedAt = performance.now();
				waiting = { wakeUps: [], ephemerals: [] };
				if (payloads.length > 0) await options.transmit(payloads);
				// Measured from the start of the send: after a slow send the batch is large enough.
				const left = BATCH_MS - (performance.now() - startedAt);
				if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
			}
		} catch {
			// At most once: processes that need these wake-ups find the rows with the next head check.
			waiting = { wakeUps: [], ephemerals: [] };
		} finally {
			isSending = false;
		}
	}

	return (envelope) => {
		if (waiting.wakeUps.length + waiting.ephemerals.length > BACKLOG_LIMIT) return;
		waiting.wakeUps.push(...envelope.wakeUps);
		waiting.ephemerals.push(...envelope.ephemerals);
		if (!isSending) void flush();
	};
}
