/** Answers that one process writes at the same time; other processes take the rest. */
export const MAX_CONCURRENT_ANSWERS = 32;
/**
 * Most of these that may be for one network. The others stay free, so that customers of another network do not wait
 * for an answer to end, however many questions come from this one. A large office or a mobile network's gateway stays
 * below this limit.
 */
export const MAX_CONCURRENT_ANSWERS_PER_NETWORK = 24;

/** Counts the answers in progress, in all and for each network. */
export class ConcurrentAnswers {
	#taken = 0;
	#byNetwork = new Map<string, number>();

	/** Counts an answer that starts. @returns false when the limit of the process or of the network is reached. */
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
