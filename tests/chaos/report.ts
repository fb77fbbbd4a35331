import type { ProcessResources } from "./fleet.ts";
import type { Verdict } from "./judge.ts";
import type { SlowReaderReport } from "./slow-readers.ts";

const MAX_LISTED_VIOLATIONS = 40;
const seconds = (ms: number) => (ms / 1_000).toFixed(1);
const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

/**
 * The results of a run as a Markdown table, one line for each fault. A violation is counted for the last fault before
 * it.
 */
export function formatFaultTable({ faults, violations }: Verdict, startedAt: number): string {
	const counts = faults.map(() => 0);
	for (const { at } of violations) {
		const index = faults.findLastIndex(({ record }) => record.startedAt <= at);
		if (index !== -1) counts[index] = (counts[index] ?? 0) + 1;
	}
	const lines = faults.map(
		({ record, acked, slowestMs }, index) =>
			`| ${record.name} | ${seconds(record.startedAt - startedAt)} s, for ${seconds(record.endedAt - record.startedAt)} s | ${acked} | ${seconds(slowestMs)} s | ${counts[index]} |`,
	);
	return [
		"| fault | began, lasted | acknowledged during it | slowest delivery after it | violations |",
		"|---|---|---|---|---|",
		...lines,
	].join("\n");
}

/** The descriptions of the first violations of a run. */
export function formatViolations({ violations }: Verdict, startedAt: number): string {
	const named = [...violations]
		.sort((one, other) => one.at - other.at)
		.slice(0, MAX_LISTED_VIOLATIONS)
		.map(({ at, what }) => `- ${seconds(at - startedAt)} s: ${what}`);
	if (violations.length > MAX_LISTED_VIOLATIONS)
		named.push(`- … and ${violations.length - MAX_LISTED_VIOLATIONS} more`);
	return named.join("\n");
}

export function formatSlowReaders(slow: SlowReaderReport): string {
	return `Paused readers: ${slow.lines.length} read nothing while ${megabytes(slow.sentBytes)} MB were written to them; at most ${Math.round(slow.mostUnsentBytes / 1024)} KB were unsent for one, and the process grew by ${megabytes(slow.growthBytes)} MB.`;
}

export function formatLeaks(rounds: ProcessResources[][], times: number): string {
	const first = rounds[0] ?? [];
	const last = rounds.at(-1) ?? [];
	const each = last.map((held, index) => {
		const before = first[index];
		const change = (kind: string) => `${before?.counts[kind] ?? 0} → ${held.counts[kind] ?? 0}`;
		return `sockets ${change("TCPSocketWrap")}, timers ${change("Timeout")}, heap ${megabytes(before?.heapBytes ?? 0)} → ${megabytes(held.heapBytes)} MB`;
	});
	return `Resources after all readers had disconnected once and ${times} times more: ${each.join("; ")}.`;
}
