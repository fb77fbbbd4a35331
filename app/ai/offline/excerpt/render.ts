import type { ReadPassage, Run } from "./choose-units.ts";

/**
 * Writes chosen runs as Markdown: a paragraph for each section, list items on lines of their own, and "…" where a
 * sentence within a paragraph is left out. A section's heading stands above in bold where the quoted text lacks one of
 * its words, because "You have 60 days" may only be true under "For members".
 * @param runs runs of one passage must be neighbours.
 */
export function renderRuns(runs: Run[], passages: ReadPassage[], title: string): string {
	return [...new Set(runs.map(({ passage }) => passage))]
		.map((at) => {
			const passage = passages[at]!;
			const ofSection = runs.filter((run) => run.passage === at);
			const text = ofSection
				.map((run, i) => separator(passage, ofSection[i - 1], run) + runText(passage, run))
				.join("");
			const quoted = ofSection.flatMap(({ first, last }) => passage.units.slice(first, last + 1));
			const isListAlone = quoted[0]?.isItem ?? false;
			const isHeadingNeeded = [...passage.headingStems].some(
				(stem) => !quoted.some(({ stems }) => stems.has(stem)),
			);
			const heading = passage.heading || (isListAlone ? title : "");
			return heading && (isListAlone || isHeadingNeeded) ? `**${heading}**\n${text}` : text;
		})
		.join("\n\n");
}

/** The text of a run, as it stands in the passage. */
export function runText({ units }: ReadPassage, { first, last }: Run): string {
	return units
		.slice(first, last + 1)
		.map(({ before, text }, i) => (i === 0 ? text : before + text))
		.join("");
}

/** What stands between two runs of a passage. */
function separator({ units }: ReadPassage, previous: Run | undefined, { first }: Run): string {
	if (!previous) return "";
	const left = units.slice(previous.last + 1, first + 1);
	if (left.every(({ before }) => !before.includes("\n"))) return " … ";
	return left.every(({ isItem }) => isItem) ? "\n" : "\n\n";
}
