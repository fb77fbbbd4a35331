import { NETWORKS } from "./networks.ts";
import type { Findings } from "./story.ts";

/** The result of the test story in one network. */
export type Outcome =
	| { network: string; status: "passed"; findings: Findings }
	| { network: string; status: "failed" | "not run"; why: string };

/**
 * A network that answers within this time after the server's recovery is not reported as late, because the check
 * itself takes time.
 */
const LATE_THRESHOLD_MS = 3_000;

const HEAD = ["network", "transport", "median delay", "slowest", "live after 502s", "note"];

/** Formats the results as a Markdown table. @returns one line for each network. */
export function formatTable(outcomes: Outcome[]): string {
	const rows = outcomes.map((outcome) => {
		if (outcome.status !== "passed") {
			const note =
				outcome.status === "failed" ? `FAILED: ${firstLine(outcome.why)}` : `not run: ${outcome.why}`;
			return [outcome.network, "", "", "", "", note];
		}
		const note = NETWORKS.find(({ name }) => name === outcome.network)?.note;
		const { transport, delaysMs, liveAfterMs, networkAwayMs, isTypingSeen } = outcome.findings;
		return [
			outcome.network,
			transport,
			`${median(delaysMs)} ms`,
			`${Math.max(...delaysMs)} ms`,
			seconds(liveAfterMs),
			[
				...(note ? [note] : []),
				...(isTypingSeen ? [] : ["typing not seen"]),
				...(networkAwayMs > LATE_THRESHOLD_MS
					? [`the proxy itself came back ${seconds(networkAwayMs)} late`]
					: []),
			].join("; "),
		];
	});
	return [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The median of numbers. @throws RangeError for an empty list. */
export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((one, other) => one - other);
	const upper = sorted[sorted.length >> 1];
	const lower = sorted[(sorted.length - 1) >> 1];
	if (upper === undefined || lower === undefined) throw new RangeError("There is no median of nothing.");
	return Math.round((upper + lower) / 2);
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** The first line of a text, without terminal colours and characters that would end a table cell. */
function firstLine(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal colour begins with an escape character.
	const plain = text.replace(/\u001b\[[\d;]*m/g, "");
	return (plain.split("\n").find((line) => line.trim()) ?? "").replaceAll("|", "\\|");
}
