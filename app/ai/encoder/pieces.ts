/** Pieces of words with the logarithm of how often they come, in the order of their numbers. */
export type Pieces = { texts: string[]; scores: Float32Array };

/** Number of what no piece stands for, and of the marks that no text has. */
const UNKNOWN = 0;
const MARKS = 6;
/** Worse than any piece, so that one is passed over only where none fits. */
const UNKNOWN_SCORE = -30;
/** Stands for a space. */
const SPACE = "\u2581";

/** A table of the pieces, for `cutIntoPieces`. Those without a score are never used. */
export function indexPieces({ texts, scores }: Pieces): PieceIndex {
	const numbers = new Map<string, number>();
	let longest = 1;
	for (const [number, text] of texts.entries()) {
		if (number < MARKS || scores[number] === 0 || numbers.has(text)) continue;
		numbers.set(text, number);
		longest = Math.max(longest, text.length);
	}
	return { numbers, scores, longest };
}

export type PieceIndex = { numbers: Map<string, number>; scores: Float32Array; longest: number };

/**
 * Cuts a text into the likeliest pieces: the unigram model of SentencePiece (Kudo 2018), by Viterbi's algorithm.
 * @returns their numbers, at most `limit`.
 */
export function cutIntoPieces(
	text: string,
	{ numbers, scores, longest }: PieceIndex,
	limit: number,
): number[] {
	const written = SPACE + text.normalize("NFKC").trim().replace(/\s+/g, SPACE);
	const best = new Float64Array(written.length + 1).fill(Number.NEGATIVE_INFINITY);
	const from = new Int32Array(written.length + 1);
	const chosen = new Int32Array(written.length + 1);
	best[0] = 0;
	const reach = (start: number, end: number, number: number, score: number) => {
		if (best[start]! + score <= best[end]!) return;
		best[end] = best[start]! + score;
		from[end] = start;
		chosen[end] = number;
	};
	for (let start = 0; start < written.length; start++) {
		reach(start, start + 1, UNKNOWN, UNKNOWN_SCORE);
		for (let end = start + 1; end <= Math.min(written.length, start + longest); end++) {
			const number = numbers.get(written.slice(start, end));
			if (number !== undefined) reach(start, end, number, scores[number]!);
		}
	}
	const pieces: number[] = [];
	for (let end = written.length; end > 0; end = from[end]!) pieces.push(chosen[end]!);
	pieces.reverse();
	return pieces.filter((piece, i) => piece !== UNKNOWN || pieces[i - 1] !== UNKNOWN).slice(0, limit);
}
