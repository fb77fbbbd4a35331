/**
 * Work that ends with its signal at the latest. fetch promises that, but an abort can be lost on its way to it
 * (nodejs/undici#3644), and then a reader or writer of the run would wait for ever.
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
