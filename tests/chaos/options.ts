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
	/**
	 * Fewer acknowledged messages than this are a violation. The number is below `messages`, because a busy machine may
	 * be slower.
	 */
	fewest: number;
	/** Time in ms within which a message must be shown after its acknowledgement, or after the last fault. */
	deadlineMs: number;
	/** Time limit of the faults, in seconds. */
	seconds: number;
	/** Pattern of the names of the faults to run; null for all faults. */
	faults: RegExp | null;
	/**
	 * Seconds for which readers are paused while a megabyte in a second is written; 0 skips the checks of slow readers
	 * and of leaks.
	 */
	slowSeconds: number;
	/** Time between two faults, in ms. */
	gapMs: number;
	seed: number;
	bus: BusKind;
	sabotage: Sabotage | null;
};

const USAGE = `npm run chaos -- [--short] [--messages=20000] [--seconds=600] [--seed=NUMBER]
  [--bus=postgres|redis|nats] [--sabotage=${SABOTAGES.join("|")}] [--slow-seconds=60] [--faults=PATTERN]`;

const FULL_RUN = {
	processes: 3,
	talks: 40,
	writers: 24,
	messages: 20_000,
	seconds: 600,
	slow: 60,
	gapMs: 3_000,
};
const SHORT_RUN = { processes: 2, talks: 8, writers: 8, messages: 1_500, seconds: 40, slow: 4, gapMs: 500 };

const DELIVERY_DEADLINE_MS = 5_000;
/**
 * Longest delivery time of a message in the short run: longer than in the full run, because the short run shares its
 * processors with the other tests.
 */
const SHORT_DELIVERY_DEADLINE_MS = 20_000;
const SHORT_RUN_MIN_ACKNOWLEDGED_SHARE = 0.02;

/** Parses the command line. @throws an error with the usage line when the command line is invalid. */
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
	const scale = values.short ? SHORT_RUN : FULL_RUN;
	const bus = (["postgres", "redis", "nats"] as const).find((kind) => kind === values.bus);
	const sabotage = SABOTAGES.find((name) => name === values.sabotage) ?? null;
	if (!bus || (values.sabotage !== undefined && !sabotage)) throw new Error(USAGE);
	const messages = parseWholeNumber(values.messages, scale.messages);
	return {
		isShort: values.short,
		processes: scale.processes,
		talks: scale.talks,
		writers: scale.writers,
		messages,
		fewest: values.short ? messages * SHORT_RUN_MIN_ACKNOWLEDGED_SHARE : messages,
		deadlineMs: values.short ? SHORT_DELIVERY_DEADLINE_MS : DELIVERY_DEADLINE_MS,
		seconds: parseWholeNumber(values.seconds, scale.seconds),
		slowSeconds: parseWholeNumber(values["slow-seconds"], scale.slow),
		faults: values.faults === undefined ? null : new RegExp(values.faults),
		gapMs: scale.gapMs,
		seed: parseWholeNumber(values.seed, Date.now() % 1_000_000),
		bus,
		sabotage,
	};
}

function parseWholeNumber(text: string | undefined, fallback: number): number {
	if (text === undefined) return fallback;
	if (!/^\d+$/.test(text)) throw new Error(USAGE);
	return Number(text);
}
