import type { AnswerSource } from "#db/shapes.ts";

/** A passage or product as retrieval found it: the source shown to the customer and the text it stands for. */
export type RetrievedItem = { source: AnswerSource; text: string };

/** Below this share of an answer's words found in a passage, likeness is chance rather than use. */
const MIN_SHARED_WORDS = 0.5;

/**
 * Everything retrieved for one answer, numbered in order of arrival, so that the model can cite by number
 * and the sources shown are ours: a number that was never handed out cites nothing.
 */
export class AnswerSources {
	readonly #entries: RetrievedItem[] = [];
	readonly #cited = new Set<number>();
	/** Bare hosts and e-mail addresses that were said before: repeating one carries nothing away. */
	readonly #names = new Set<string>();

	/** Takes in something retrieved and returns its number, from 1; the same source keeps its number. */
	add(retrieved: RetrievedItem): number {
		const known = this.#entries.findIndex((entry) => entry.source.id === retrieved.source.id);
		if (known >= 0) return known + 1;
		return this.#entries.push(retrieved);
	}

	/** Notes that the answer cited that number. */
	cite(number: number): void {
		if (number >= 1 && number <= this.#entries.length) this.#cited.add(number);
	}

	/** Takes in what the owner or the customer wrote: its hosts and e-mail addresses may be repeated, its links not. */
	allowAddressesOf(text: string): void {
		for (const word of splitWords(text)) if (!word.includes("/")) this.#names.add(word.toLowerCase());
	}

	/**
	 * True when this address is one that retrieval returned, as a source's own or inside its text; or a bare host
	 * or e-mail address that stands there, or was said before.
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
	 * The sources the answer rests on: those it cited, in the order of their numbers. Small models often
	 * forget to cite; then the one passage that holds most of the answer's words counts as used, if any does.
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

/** The words of a text as addresses stand among them, without the marks of a sentence after them. */
const splitWords = (text: string): string[] =>
	text.split(/[\s<>"'()[\]]+/).map((word) => word.replace(/(?<![.,;:!?])[.,;:!?]+$/, ""));

const hostOfUrl = (word: string): string | null =>
	/^https?:\/\/([^/?#]+)/i.exec(word)?.[1]?.toLowerCase() ?? null;

/** Words of four letters or more and all numbers: enough to tell passages apart without a list of stop words. */
function findContentWords(text: string): Set<string> {
	return new Set(text.toLowerCase().match(/\p{L}{4,}|\d+/gu) ?? []);
}

/** Length of a quote in characters: about two lines under an answer. */
const MAX_QUOTE_CHARACTERS = 240;

/** The beginning of a text as a quote: whole when short, else cut at a sentence or a word, with an ellipsis. */
export function quoteBeginning(text: string): string {
	const flat = text.replace(/\s+/g, " ").trim();
	if (flat.length <= MAX_QUOTE_CHARACTERS) return flat;
	const start = flat.slice(0, MAX_QUOTE_CHARACTERS);
	const sentence = /^.*[.!?](?=\s)/.exec(start)?.[0] ?? "";
	return sentence.length > MAX_QUOTE_CHARACTERS / 2
		? sentence
		: `${start.replace(/\s\S*$|[\ud800-\udbff]$/, "")}…`;
}
