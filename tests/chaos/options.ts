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
	/** How long the faults may go on. */
	seconds: number;
	/** How long readers are paused under a megabyte a second. */
	slowSeconds: number;
	/** Quiet between two faults. */
	gapMs: number;
	seed: number;
	bus: BusKind;
	sabotage: Sabotage | null;
};

const USAGE = `npm run chaos -- [--short] [--messages=20000] [--seconds=270] [--seed=NUMBER]
  [--bus=postgres|redis|nats] [--sabotage=${SABOTAGES.join("|")}] [--slow-seconds=60]`;

const FULL = { processes: 3, talks: 40, writers: 12, messages: 20_000, seconds: 270, slow: 60, gapMs: 3_000 };
const SHORT = { processes: 2, talks: 8, writers: 8, messages: 1_500, seconds: 40, slow: 4, gapMs: 500 };

/** Reads the command line. @throws with the usage when it cannot be read. */
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
		},
	});
	const scale = values.short ? SHORT : FULL;
	const bus = (["postgres", "redis", "nats"] as const).find((kind) => kind === values.bus);
	const sabotage = SABOTAGES.find((name) => name === values.sabotage) ?? null;
	if (!bus || (values.sabotage !== undefined && !sabotage)) throw new Error(USAGE);
	return {
		isShort: values.short,
		processes: scale.processes,
		talks: scale.talks,
		writers: scale.writers,
		messages: wholeNumber(values.messages, scale.messages),
		seconds: wholeNumber(values.seconds, scale.seconds),
		slowSeconds: wholeNumber(values["slow-seconds"], scale.slow),
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
