import type { AnswerSource } from "#db/shapes.ts";

/** A retrieved passage or product: the source that the customer sees, and its text. */
export type RetrievedItem = { source: AnswerSource; text: string };

/** Smallest share of the answer's words that must be in a passage, so that it counts as used without a citation. */
const MIN_SHARED_WORDS = 0.5;

/**
 * The passages and products that were retrieved for one answer. Each has a number that the model can cite; a number
 * that was not given out cites nothing. It also knows which addresses the answer may contain.
 */
export class AnswerSources {
	readonly #entries: RetrievedItem[] = [];
	readonly #cited = new Set<number>();
	/** Hosts and email addresses in texts of the owner and the customer; the answer may repeat them. */
	readonly #names = new Set<string>();

	/** Adds a retrieved item. @returns its number, from 1; the same source keeps its number. */
	add(retrieved: RetrievedItem): number {
		const known = this.#entries.findIndex((entry) => entry.source.id === retrieved.source.id);
		if (known >= 0) return known + 1;
		return this.#entries.push(retrieved);
	}

	/** Records a citation. */
	cite(number: number): void {
		if (number >= 1 && number <= this.#entries.length) this.#cited.add(number);
	}

	/** Allows the hosts and email addresses of a text by the owner or the customer, but not its links. */
	allowAddressesOf(text: string): void {
		for (const word of splitWords(text)) if (!word.includes("/")) this.#names.add(word.toLowerCase());
	}

	/**
	 * Whether an answer may contain an address: the URL of a source, a URL in its text, or a bare host or email
	 * address that is in such a text or was allowed.
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
	 * The sources that the answer used: those it cited, in the order of their numbers. Small models often forget to
	 * cite; then it is the passage that contains most of the answer's words, if any contains enough.
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

/** Words of four letters or more, and all numbers; this needs no list of stop words. */
function findContentWords(text: string): Set<string> {
	return new Set(text.toLowerCase().match(/\p{L}{4,}|\d+/gu) ?? []);
}

/** In characters: about two lines under an answer. */
const MAX_QUOTE_CHARACTERS = 240;

/** Shortens a text to a quote: a cut is after a sentence, else after a word with an ellipsis. */
export function quoteBeginning(text: string): string {
	const flat = text.replace(/\s+/g, " ").trim();
	if (flat.length <= MAX_QUOTE_CHARACTERS) return flat;
	const start = flat.slice(0, MAX_QUOTE_CHARACTERS);
	const sentence = /^.*[.!?](?=\s)/.exec(start)?.[0] ?? "";
	return sentence.length > MAX_QUOTE_CHARACTERS / 2
		? sentence
		: `${start.replace(/\s\S*$|[\ud800-\udbff]$/, "")}…`;
}
