import { parseArgs } from "node:util";
import { SABOTAGES, type Sabotage } from "./sabotage.ts";

export type BusKind = "postgres" | "redis" | "nats";

export type ChaosOptions = {
	isShort: boolean;
	processes: number;
	talks: number;
	writers: number;
	/** Messages that must be acknowledged before the run ends. */
	messages: number;
	/** Minimum number of messages; a busy machine may not reach `messages`. */
	fewest: number;
	/** Time within which a message must be shown after its acknowledgement, or after the last fault. */
	deadlineMs: number;
	/** Maximum duration of the faults. */
	seconds: number;
	/** Pattern of the names of faults to run; null for all. */
	faults: RegExp | null;
	/** Duration for which readers are paused under a megabyte a second; 0 omits that and the search for leaks. */
	slowSeconds: number;
	/** Pause between two faults. */
	gapMs: number;
	seed: number;
	bus: BusKind;
	sabotage: Sabotage | null;
};

const USAGE = `npm run chaos -- [--short] [--messages=20000] [--seconds=600] [--seed=NUMBER]
  [--bus=postgres|redis|nats] [--sabotage=${SABOTAGES.join("|")}] [--slow-seconds=60] [--faults=PATTERN]`;

const FULL = { processes: 3, talks: 40, writers: 24, messages: 20_000, seconds: 600, slow: 60, gapMs: 3_000 };
const SHORT = { processes: 2, talks: 8, writers: 8, messages: 1_500, seconds: 40, slow: 4, gapMs: 500 };

const DEADLINE_MS = 5_000;
/** Longer than in the full run, because the short run shares the processors with other tests. */
const SHORT_DEADLINE_MS = 20_000;
const SHORT_SHARE = 0.02;

/** Parses the command line. @throws with the usage line when it is invalid. */
export function readOptions(args: string[]): ChaosOptions {
	const { values } = parseArgs({
		args,
		options: {
			short: { type: "boolean", default: false },
			messages: { type: "string" },
			seconds: { type: "string" },
			"slow-seconds": { type: "string" },
			seed: { type: "string" },
			bus: { type: "string", default: "postgres" },
			sabotage: { type: "string" },
			faults: { type: "string" },
		},
	});
	const scale = values.short ? SHORT : FULL;
	const bus = (["postgres", "redis", "nats"] as const).find((kind) => kind === values.bus);
	const sabotage = SABOTAGES.find((name) => name === values.sabotage) ?? null;
	if (!bus || (values.sabotage !== undefined && !sabotage)) throw new Error(USAGE);
	const messages = wholeNumber(values.messages, scale.messages);
	return {
		isShort: values.short,
		processes: scale.processes,
		talks: scale.talks,
		writers: scale.writers,
		messages,
		fewest: values.short ? messages * SHORT_SHARE : messages,
		deadlineMs: values.short ? SHORT_DEADLINE_MS : DEADLINE_MS,
		seconds: wholeNumber(values.seconds, scale.seconds),
		slowSeconds: wholeNumber(values["slow-seconds"], scale.slow),
		faults: values.faults === undefined ? null : new RegExp(values.faults),
		gapMs: scale.gapMs,
		seed: wholeNumber(values.seed, Date.now() % 1_000_000),
		bus,
		sabotage,
	};
}

function wholeNumber(text: string | undefined, fallback: number): number {
	if (text === undefined) return fallback;
	if (!/^\d+$/.test(text)) throw new Error(USAGE);
	return Number(text);
}
