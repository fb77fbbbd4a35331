import type { AnswerSource } from "#db/shapes.ts";

/**
 * A retrieved passage or product: the source that the customer sees below the answer, and the text of the passage or
 * product.
 */
export type RetrievedItem = { source: AnswerSource; text: string };

/**
 * Smallest share of an answer's words that a passage must contain, so that the passage counts as a source of an answer
 * without citations.
 */
const MIN_SHARED_WORDS = 0.5;

/**
 * The passages and products that were retrieved for one answer. Each has a number that the model can cite; a citation
 * of any other number is ignored. The object also decides which web and email addresses the answer may contain.
 */
export class AnswerSources {
	readonly #entries: RetrievedItem[] = [];
	readonly #cited = new Set<number>();
	/** Hosts and email addresses in texts of the owner and the customer. The answer may repeat these addresses. */
	readonly #names = new Set<string>();

	/**
	 * Adds a retrieved passage or product.
	 * @returns its number, from 1. A source that is added again keeps its number.
	 */
	add(retrieved: RetrievedItem): number {
		const known = this.#entries.findIndex((entry) => entry.source.id === retrieved.source.id);
		if (known >= 0) return known + 1;
		return this.#entries.push(retrieved);
	}

	/** Records that the model cited the source with this number. */
	cite(number: number): void {
		if (number >= 1 && number <= this.#entries.length) this.#cited.add(number);
	}

	/**
	 * Allows an answer to repeat the hosts and email addresses in a text of the owner or the customer, but not the links
	 * in the text.
	 */
	allowAddressesOf(text: string): void {
		for (const word of splitWords(text)) if (!word.includes("/")) this.#names.add(word.toLowerCase());
	}

	/**
	 * Whether an answer may contain an address. Allowed are the URL of a source, a URL in a source's text, and a bare host
	 * or email address that a source's text contains or that `allow` was called with.
	 */
	isAllowedAddress(url: string): boolean {
		if (!/[/?#]/.test(url)) {
			const name = url.toLowerCase();
			return (
				this.#names.has(name) ||
				this.#entries.some(({ text }) =>
					splitWords(text).some((word) => word.toLowerCase() === name || hostOfUrl(word) === name),
				)
			);
		}
		return this.#entries.some(
			({ source, text }) =>
				source.url === url ||
				source.url.split("#")[0] === url ||
				splitWords(text).some((word) => word.includes("/") && word === url),
		);
	}

	/**
	 * The sources of the answer: the cited ones in the order of their numbers. Small models often forget to cite. Then the
	 * source is the passage that contains most of the answer's words, if any passage contains enough of them.
	 */
	findUsedSources(answer: string): AnswerSource[] {
		if (this.#cited.size > 0) {
			return this.#entries.filter((_, index) => this.#cited.has(index + 1)).map((entry) => entry.source);
		}
		const words = findContentWords(answer);
		let best: { source: AnswerSource; share: number } | null = null;
		for (const { source, text } of words.size >= 4 ? this.#entries : []) {
			const passage = findContentWords(`${source.title} ${text}`);
			const share = [...words].filter((word) => passage.has(word)).length / words.size;
			if (share >= MIN_SHARED_WORDS && share > (best?.share ?? 0)) best = { source, share };
		}
		return best ? [best.source] : [];
	}
}

/** The words of a text, without brackets, quotation marks and final punctuation. */
const splitWords = (text: string): string[] =>
	text.split(/[\s<>"'()[\]]+/).map((word) => word.replace(/(?<![.,;:!?])[.,;:!?]+$/, ""));

const hostOfUrl = (word: string): string | null =>
	/^https?:\/\/([^/?#]+)/i.exec(word)?.[1]?.toLowerCase() ?? null;

/**
 * Returns a text's words of four letters or more, and all its numbers. The minimum length replaces a list of stop
 * words.
 */
function findContentWords(text: string): Set<string> {
	return new Set(text.toLowerCase().match(/\p{L}{4,}|\d+/gu) ?? []);
}

/** Limit for the quote of a source, in characters: about two lines under an answer. */
const MAX_QUOTE_CHARACTERS = 240;

/** Shortens a text to a quote. The quote ends after a sentence, or else after a word and an ellipsis. */
export function quoteBeginning(text: string): string {
	const flat = text.replace(/\s+/g, " ").trim();
	if (flat.length <= MAX_QUOTE_CHARACTERS) return flat;
	const start = flat.slice(0, MAX_QUOTE_CHARACTERS);
	const sentence = /^.*[.!?](?=\s)/.exec(start)?.[0] ?? "";
	return sentence.length > MAX_QUOTE_CHARACTERS / 2
		? sentence
		: `${start.replace(/\s\S*$|[\ud800-\udbff]$/, "")}…`;
}
