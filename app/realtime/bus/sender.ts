import type { Envelope } from "./bus.ts";
import { pack } from "./pack.ts";

/**
 * Sends start at least this far apart, so that a busy process sends few large ones. Every message of a busy
 * process waits for half of it on average.
 */
const GATHER_MS = 1;

/** A carrier that is down must not make memory grow: the head-check repairs whatever is dropped here. */
const BACKLOG_LIMIT = 20_000;

/**
 * Sends the first envelope at once and, while that is under way, gathers the others.
 *
 * @param options.limitBytes most bytes of one payload.
 * @param options.transmit hands payloads to the carrier; a failure loses them, which only delays.
 */
export function createSender(options: {
	node: string;
	limitBytes: number;
	transmit: (payloads: string[]) => Promise<unknown>;
}): (envelope: Envelope) => void {
	let waiting: Envelope = { hints: [], ephemerals: [] };
	let isSending = false;

	async function flush() {
		isSending = true;
		try {
			while (waiting.hints.length > 0 || waiting.ephemerals.length > 0) {
				const payloads = pack(waiting, options);
				const startedAt = performance.now();
				waiting = { hints: [], ephemerals: [] };
				if (payloads.length > 0) await options.transmit(payloads);
				// Counted from the start of the send: a slow one has gathered enough by the time it is through.
				const left = GATHER_MS - (performance.now() - startedAt);
				if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
			}
		} catch {
			// At most once: whoever needed these hints finds the rows with the next head-check.
			waiting = { hints: [], ephemerals: [] };
		} finally {
			isSending = false;
		}
	}

	return (envelope) => {
		if (waiting.hints.length + waiting.ephemerals.length > BACKLOG_LIMIT) return;
		waiting.hints.push(...envelope.hints);
		waiting.ephemerals.push(...envelope.ephemerals);
		if (!isSending) void flush();
	};
}
