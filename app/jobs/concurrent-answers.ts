/** Answers one process writes at the same time; other processes take the rest. */
export const MAX_CONCURRENT_ANSWERS = 32;
/**
 * Of these the most that are for one network. The others stay free, so that a customer from another network never
 * waits for an answer to end, however many questions come from this one. A large office or a mobile network's
 * gateway stays below it.
 */
export const MAX_CONCURRENT_ANSWERS_PER_NETWORK = 24;

/** How many answers are being written, in all and for each network. */
export class ConcurrentAnswers {
	#taken = 0;
	#byNetwork = new Map<string, number>();

	/** @returns false when all slots, or all that a network may have, are taken. */
	acquire(network: string): boolean {
		const own = this.#byNetwork.get(network) ?? 0;
		if (this.#taken >= MAX_CONCURRENT_ANSWERS || own >= MAX_CONCURRENT_ANSWERS_PER_NETWORK) return false;
		this.#taken += 1;
		this.#byNetwork.set(network, own + 1);
		return true;
	}

	/** Gives back a slot that was taken. */
	release(network: string): void {
		this.#taken -= 1;
		const own = (this.#byNetwork.get(network) ?? 1) - 1;
		if (own > 0) this.#byNetwork.set(network, own);
		else this.#byNetwork.delete(network);
	}
}
