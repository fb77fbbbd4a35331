/**
 * Waits for the promise `work`, but not longer than until the signal is aborted. `fetch` should stop on an abort by
 * itself, but an abort can be lost (nodejs/undici#3644), and a reader or writer of the run would then wait forever.
 * @throws the signal's reason once it is aborted.
 */
export async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
	let stop = () => {};
	const aborted = new Promise<never>((_, reject) => {
		stop = () => reject(signal.reason);
		if (signal.aborted) stop();
		else signal.addEventListener("abort", stop, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}
