import type { ContenderKind } from "./contender.ts";
import { OPEN_RATES, type Reading } from "./measures.ts";
import { type Summary, summarise } from "./statistics.ts";

/** A row of the report: one figure of one measurement. */
interface ReportRow {
	measure: string;
	figure: string;
	label: string;
	unit: string;
	isMoreBetter?: boolean;
	/**
	 * Target of the ratio of our figure to Socket.IO's figure: a maximum, or a minimum for figures where more is
	 * better.
	 */
	target?: number;
}

const TARGETS: Record<string, number> = {
	"open-200 p50": 0.9,
	"open-200 p99": 0.9,
	"open-500 p99": 1,
	"open-1000 p99": 1,
};
/** Largest allowed ratio of our processor time to Socket.IO's, for servers and Postgres together. */
const ALL_CPU_TARGET = 0.9;

const REPORT_ROWS: ReportRow[] = [
	...OPEN_RATES.flatMap((rate) => {
		const measure = `open-${rate}`;
		const latency = (figure: string, label: string) => ({
			measure,
			figure,
			label: `${rate} messages/s: ${label}`,
			unit: "ms",
			...(TARGETS[`${measure} ${figure}`] ? { target: TARGETS[`${measure} ${figure}`] } : {}),
		});
		return [
			latency("p50", "latency, median"),
			latency("p99", "latency, 99th percentile"),
			latency("max", "latency, worst"),
			latency("startP99", "latency of the first 2.5 s, 99th percentile"),
			{ measure, figure: "rate", label: `${rate} messages/s: achieved`, unit: "/s", isMoreBetter: true },
			{ measure, figure: "cpu", label: `${rate} messages/s: servers' processor time`, unit: "ms/message" },
			{
				measure,
				figure: "allCpu",
				label: `${rate} messages/s: processor time of servers and Postgres`,
				unit: "ms/message",
				target: ALL_CPU_TARGET,
			},
		];
	}),
	{
		measure: "closed",
		figure: "rate",
		label: "50 senders: messages acknowledged",
		unit: "/s",
		isMoreBetter: true,
		target: 1.3,
	},
	{ measure: "closed", figure: "p99", label: "50 senders: latency, 99th percentile", unit: "ms" },
	{
		measure: "closed",
		figure: "allCpu",
		label: "50 senders: processor time of servers and Postgres",
		unit: "ms/message",
		target: ALL_CPU_TARGET,
	},
	{ measure: "long", figure: "p50", label: "in a session of 20,000 messages: latency, median", unit: "ms" },
	{
		measure: "long",
		figure: "p99",
		label: "in a session of 20,000 messages: latency, 99th percentile",
		unit: "ms",
	},
	{
		measure: "long",
		figure: "allCpu",
		label: "in a session of 20,000 messages: processor time of servers and Postgres",
		unit: "ms/message",
	},
	{ measure: "idle", figure: "kilobytes", label: "5,000 idle: memory a connection", unit: "KB", target: 0.6 },
	{
		measure: "reconnect",
		figure: "seconds",
		label: "5,000 reconnecting: until all are live",
		unit: "s",
		target: 0.5,
	},
	{ measure: "listener-kill", figure: "lost", label: "listener killed at 200/s: lost", unit: "" },
	{ measure: "listener-kill", figure: "doubled", label: "listener killed: doubled", unit: "" },
	{ measure: "listener-kill", figure: "reordered", label: "listener killed: reordered", unit: "" },
	{ measure: "listener-kill", figure: "crashed", label: "listener killed: processes crashed", unit: "" },
	{
		measure: "listener-kill",
		figure: "worstArrival",
		label: "listener killed: latency, worst of what arrived",
		unit: "ms",
	},
];

export interface Comparison {
	measure: string;
	figure: string;
	label: string;
	unit: string;
	ours: Summary;
	theirs: Summary;
	/** The median of our chat divided by the median of Socket.IO; null where Socket.IO's median is 0. */
	ratio: number | null;
	winner: ContenderKind | null;
	/** The target of the ratio, and whether our chat meets it; `isFloor` is true for figures where more is better. */
	target: { ratio: number; isFloor: boolean; isMet: boolean } | null;
}

/** Compares the medians of our chat and Socket.IO, for every figure that both have. */
export function compare(readings: Reading[]): Comparison[] {
	return REPORT_ROWS.flatMap((row) => {
		const ours = summaryOf(readings, "ours", row);
		const theirs = summaryOf(readings, "socket.io", row);
		if (!ours || !theirs) return [];
		const { measure, figure, label, unit, isMoreBetter = false } = row;
		const ratio = theirs.median === 0 ? null : ours.median / theirs.median;
		const isOursBetter = isMoreBetter ? ours.median > theirs.median : ours.median < theirs.median;
		const winner = ours.median === theirs.median ? null : isOursBetter ? "ours" : "socket.io";
		const target =
			row.target === undefined || ratio === null
				? null
				: {
						ratio: row.target,
						isFloor: isMoreBetter,
						isMet: isMoreBetter ? ratio >= row.target : ratio <= row.target,
					};
		return [{ measure, figure, label, unit, ours, theirs, ratio, winner, target }];
	});
}

function summaryOf(readings: Reading[], kind: ContenderKind, { measure, figure }: ReportRow): Summary | null {
	const values = readings
		.filter((reading) => reading.kind === kind && reading.measure === measure)
		.map((reading) => reading.figures[figure] ?? Number.NaN)
		.filter(Number.isFinite);
	return values.length === 0 ? null : summarise(values);
}

/**
 * The comparison as a Markdown table, with sentences about the figures in which Socket.IO is better and about the
 * processor time of the load generator.
 */
export function toMarkdown(comparisons: Comparison[], readings: Reading[]): string {
	const rows = comparisons.map(({ label, unit, ours, theirs, ratio, target }) =>
		[
			label,
			show(ours, unit),
			show(theirs, unit),
			ratio === null ? "" : ratio.toFixed(2),
			target ? `${target.isFloor ? "≥" : "≤"} ${target.ratio}: ${target.isMet ? "reached" : "missed"}` : "",
		].join(" | "),
	);
	const table = [
		"| measure | ours | Socket.IO | ours / theirs | aim |",
		"|---|---|---|---|---|",
		...rows.map((row) => `| ${row} |`),
	].join("\n");
	return [table, ...peerWins(comparisons), loadSentence(readings)].join("\n\n");
}

function peerWins(comparisons: Comparison[]): string[] {
	const won = comparisons.filter(({ winner }) => winner === "socket.io");
	if (won.length === 0) return ["Socket.IO wins nowhere in this run."];
	return won.map(
		({ label, unit, ours, theirs }) =>
			`Socket.IO wins at "${label}": ${formatNumber(theirs.median)}${spaced(unit)} against our ${formatNumber(ours.median)}${spaced(unit)}.`,
	);
}

function loadSentence(readings: Reading[]): string {
	const shares = readings.map(({ figures }) => figures.loadCpu ?? Number.NaN).filter(Number.isFinite);
	if (shares.length === 0) return "";
	const { median, most } = summarise(shares);
	return `The load's own process used ${Math.round(median * 100)} % of one processor at the median and ${Math.round(most * 100)} % at most.`;
}

const spaced = (unit: string) => (unit === "" || unit.startsWith("/") ? unit : ` ${unit}`);

function show({ median, least, most }: Summary, unit: string): string {
	const range = least === most ? "" : ` (${formatNumber(least)}–${formatNumber(most)})`;
	return `${formatNumber(median)}${spaced(unit)}${range}`;
}

/** Formats a number with three significant figures. */
function formatNumber(value: number): string {
	if (Number.isInteger(value)) return String(value);
	return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
