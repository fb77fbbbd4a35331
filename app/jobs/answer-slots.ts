/** Answers one process writes at the same time; other processes take the rest. */
export const MOST_AT_ONCE = 32;
/**
 * Of these the most that are for one network. The others stay free, so that a customer from another network never
 * waits for an answer to end, however many questions come from this one. A large office or a mobile network's
 * gateway stays below it.
 */
export const MOST_OF_NETWORK = 24;

/** How many answers are being written, in all and for each network. */
export class AnswerSlots {
	#taken = 0;
	#byNetwork = new Map<string, number>();

	/** @returns false when all slots, or all that a network may have, are taken. */
	take(network: string): boolean {
		const own = this.#byNetwork.get(network) ?? 0;
		if (this.#taken >= MOST_AT_ONCE || own >= MOST_OF_NETWORK) return false;
		this.#taken += 1;
		this.#byNetwork.set(network, own + 1);
		return true;
	}

	/** Gives back a slot that was taken. */
	free(network: string): void {
		this.#taken -= 1;
		const own = (this.#byNetwork.get(network) ?? 1) - 1;
		if (own > 0) this.#byNetwork.set(network, own);
		else this.#byNetwork.delete(network);
	}
}
