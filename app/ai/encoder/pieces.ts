/** Word pieces of the encoder with the logarithms of their frequencies, by number of the piece. */
export type PieceList = { texts: string[]; scores: Float32Array };

/** Number of the piece for an unknown character. It is also the count of the special pieces that no text contains. */
const UNKNOWN_PIECE = 0;
const SPECIAL_PIECES = 6;
/** Score of an unknown character, worse than the score of any word piece. */
const UNKNOWN_SCORE = -30;
/** The character that represents a space in word pieces. */
const SPACE_SYMBOL = "\u2581";

/** Creates the index of word pieces for `cutIntoPieces`. Pieces without a score are never used. */
export function indexPieces({ texts, scores }: PieceList): PieceIndex {
	const numbers = new Map<string, number>();
	let longest = 1;
	for (const [number, text] of texts.entries()) {
		if (number < SPECIAL_PIECES || scores[number] === 0 || numbers.has(text)) continue;
		numbers.set(text, number);
		longest = Math.max(longest, text.length);
	}
	return { numbers, scores, longest };
}

export type PieceIndex = { numbers: Map<string, number>; scores: Float32Array; longest: number };

/**
 * Cuts a text into its most likely word pieces. This is the unigram model of SentencePiece (Kudo 2018) with Viterbi's
 * algorithm.
 * @returns the numbers of the pieces, at most `limit`.
 */
export function cutIntoPieces(
	text: string,
	{ numbers, scores, longest }: PieceIndex,
	limit: number,
): number[] {
	const written = SPACE_SYMBOL + text.normalize("NFKC").trim().replace(/\s+/g, SPACE_SYMBOL);
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
		reach(start, start + 1, UNKNOWN_PIECE, UNKNOWN_SCORE);
		for (let end = start + 1; end <= Math.min(written.length, start + longest); end++) {
			const number = numbers.get(written.slice(start, end));
			if (number !== undefined) reach(start, end, number, scores[number]!);
		}
	}
	const pieces: number[] = [];
	for (let end = written.length; end > 0; end = from[end]!) pieces.push(chosen[end]!);
	pieces.reverse();
	return pieces
		.filter((piece, i) => piece !== UNKNOWN_PIECE || pieces[i - 1] !== UNKNOWN_PIECE)
		.slice(0, limit);
}
