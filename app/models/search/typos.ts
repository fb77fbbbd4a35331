/** Minimum length of words that are corrected: most words of three letters are similar to some other word. */
export const MIN_TYPO_LENGTH = 4;
const KEYBOARD = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/** A number of edits above that of any typo. */
const TOO_MANY_EDITS = 3;

/** Whether one letter is easily typed for another: two vowels, or neighbours on the keyboard. */
function isLikelySlip(typed: string, meant: string): boolean {
	if (/^[aeiouy]{2}$/.test(typed + meant)) return true;
	return KEYBOARD.some(
		(row) =>
			Math.abs(row.indexOf(typed) - row.indexOf(meant)) === 1 && row.includes(typed) && row.includes(meant),
	);
}

/**
 * The number of edits that turn one word into another, a swap of neighbours counting as one (optimal string
 * alignment), and how many of them replace a letter: different words differ by replacements ("black", "block"), while
 * typos mostly omit, double or swap letters.
 */
export function editsBetween(a: string, b: string): { edits: number; replaced: number } {
	const rows: { edits: number; replaced: number }[][] = [];
	for (let i = 0; i <= a.length; i++) {
		rows.push([{ edits: i, replaced: 0 }]);
		for (let j = 1; j <= b.length; j++) {
			if (i === 0) {
				rows[0]!.push({ edits: j, replaced: 0 });
				continue;
			}
			const isSame = a[i - 1] === b[j - 1];
			const diagonal = rows[i - 1]![j - 1]!;
			const ways = [
				{
					edits: diagonal.edits + (isSame ? 0 : isLikelySlip(a[i - 1]!, b[j - 1]!) ? 1 : TOO_MANY_EDITS),
					replaced: diagonal.replaced + (isSame ? 0 : 1),
				},
				{ edits: rows[i - 1]![j]!.edits + 1, replaced: rows[i - 1]![j]!.replaced },
				{ edits: rows[i]![j - 1]!.edits + 1, replaced: rows[i]![j - 1]!.replaced },
			];
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				const swapped = rows[i - 2]![j - 2]!;
				ways.push({ edits: swapped.edits + 1, replaced: swapped.replaced });
			}
			ways.sort((x, y) => x.edits - y.edits || x.replaced - y.replaced);
			rows[i]!.push(ways[0]!);
		}
	}
	return rows[a.length]![b.length]!;
}

/** Whether `typed` is probably a misspelling of `meant`; both in lower case. */
export function isTypoOf(typed: string, meant: string): boolean {
	if (typed.length < MIN_TYPO_LENGTH || meant.length < MIN_TYPO_LENGTH || typed[0] !== meant[0]) return false;
	if (/\d/.test(typed) || Math.abs(typed.length - meant.length) > 2) return false;
	const { edits, replaced } = editsBetween(typed, meant);
	if (edits === 0) return false;
	if (edits === 1) return replaced === 0 || typed.length >= 6;
	return edits === 2 && typed.length >= 8 && replaced <= 1;
}
