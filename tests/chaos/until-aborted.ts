/**
 * Rejects at the latest when the signal is aborted. fetch should do that, but an abort can be lost
 * (nodejs/undici#3644), and a reader or writer of the run would wait forever. @throws the signal's reason after an
 * abort.
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
