/** Maximum number of answers that one process writes at a time; other processes take the rest. */
export const MAX_CONCURRENT_ANSWERS = 32;
/**
 * Maximum number of concurrent answers for one network (IP range). The others stay free, so that many questions from
 * this network do not delay customers of other networks. A large office or a mobile network's gateway stays below this
 * limit.
 */
export const MAX_CONCURRENT_ANSWERS_PER_NETWORK = 24;

/** Counts the answers that this process is writing, in all and for each network. */
export class ConcurrentAnswers {
	#taken = 0;
	#byNetwork = new Map<string, number>();

	/**
	 * Counts an answer that starts.
	 * @returns false when the limit of the process or of the network is reached.
	 */
	acquire(network: string): boolean {
		const own = this.#byNetwork.get(network) ?? 0;
		if (this.#taken >= MAX_CONCURRENT_ANSWERS || own >= MAX_CONCURRENT_ANSWERS_PER_NETWORK) return false;
		this.#taken += 1;
		this.#byNetwork.set(network, own + 1);
		return true;
	}

	/** Counts an answer that ended. */
	release(network: string): void {
		this.#taken -= 1;
		const own = (this.#byNetwork.get(network) ?? 1) - 1;
		if (own > 0) this.#byNetwork.set(network, own);
		else this.#byNetwork.delete(network);
	}
}
