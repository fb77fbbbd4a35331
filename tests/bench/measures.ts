import { setTimeout as delay } from "node:timers/promises";
import type { Contender, ContenderKind, ConversationPlan } from "./contender.ts";
import type { BenchDatabase } from "./database.ts";
import { faultOf, type MessageCounts } from "./ledger.ts";
import { type Load, startLoad } from "./load/start.ts";
import type { TrafficResult } from "./load/traffic.ts";
import { startOurs } from "./ours.ts";
import { startSocketIo } from "./peer-socket-io.ts";

export const OPEN_RATES = [50, 200, 500, 1_000];
const CONVERSATIONS = 100;
const SENDERS = 50;
const CONNECTIONS = 5_000;
const KILL_RATE = 200;
/** Number of messages in the long session before its measurement begins. */
const LONG_SESSION_LENGTH = 20_000;
const LONG_SESSION_RATE = 50;
/** Traffic before a measurement, because code that the JavaScript engine has not optimised yet must not be compared. */
const WARM_UP = { type: "open", rate: 200, seconds: 4 } as const;

/**
 * The result of one measurement of one contender (our chat or Socket.IO): figures by name, and counts of messages if
 * messages were sent.
 */
export interface Reading {
	measure: string;
	kind: ContenderKind;
	repeat: number;
	figures: Record<string, number>;
	verdict?: MessageCounts;
	/** Why the run was not correct; null for a correct run. */
	fault: string | null;
}

export interface Plan {
	/** Names of the measurements to run. */
	only: ReadonlySet<string>;
	seconds: number;
	/** Whether the rate limits of our chat are on; Socket.IO has none. */
	hasLimits: boolean;
}

export const MEASURES = [
	...OPEN_RATES.map((rate) => `open-${rate}`),
	"closed",
	"long",
	"listener-kill",
	"idle",
	"reconnect",
];

/** Runs the measurements of one contender (our chat or Socket.IO), with own databases, while nothing else runs. */
export async function measureSide(
	kind: ContenderKind,
	options: { database: BenchDatabase; plan: Plan; repeat: number; print: (line: string) => void },
): Promise<Reading[]> {
	const { plan, repeat, print } = options;
	const readings: Reading[] = [];
	const note = (measure: string, reading: Omit<Reading, "measure" | "kind" | "repeat">) => {
		readings.push({ measure, kind, repeat, ...reading });
		const figures = Object.entries(reading.figures).map(([name, value]) => `${name} ${value.toFixed(2)}`);
		print(`${kind} ${measure}: ${figures.join(", ")}${reading.fault ? ` (${reading.fault})` : ""}`);
	};
	const isWanted = (measure: string) => plan.only.has(measure);

	if (MEASURES.some((measure) => isWanted(measure) && !["long", "idle", "reconnect"].includes(measure))) {
		await withSide(kind, options, { count: CONVERSATIONS }, async ({ contender, load, databaseUrl }) => {
			const side = { contender, database: options.database, load, seconds: plan.seconds };
			await load.traffic(WARM_UP, { over: CONVERSATIONS });
			for (const rate of OPEN_RATES) {
				if (isWanted(`open-${rate}`)) note(`open-${rate}`, await open({ ...side, rate }));
			}
			if (isWanted("closed")) note("closed", await closed(side));
			if (isWanted("listener-kill")) {
				const kill = () => options.database.killListeners(databaseUrl);
				note("listener-kill", await listenerKill({ ...side, kill }));
			}
		});
	}
	if (isWanted("long")) {
		await withSide(kind, options, { count: 1, length: LONG_SESSION_LENGTH }, async ({ contender, load }) => {
			const side = { contender, database: options.database, load, seconds: plan.seconds };
			await load.traffic({ ...WARM_UP, rate: LONG_SESSION_RATE }, { over: 1 });
			note("long", await open({ ...side, rate: LONG_SESSION_RATE, over: 1 }));
		});
	}
	if (isWanted("idle") || isWanted("reconnect")) {
		await withSide(kind, options, { count: CONNECTIONS }, async ({ contender, load }) => {
			note("idle", await idle(contender, load));
			if (isWanted("reconnect")) note("reconnect", await reconnect(load));
		});
	}
	return readings;
}

async function withSide(
	kind: ContenderKind,
	{ database, plan }: { database: BenchDatabase; plan: Plan },
	conversations: ConversationPlan,
	work: (side: { contender: Contender; load: Load; databaseUrl: string }) => Promise<void>,
): Promise<void> {
	const databaseUrl = await database.create();
	const start = kind === "ours" ? startOurs : startSocketIo;
	const contender = await start({
		databaseUrl,
		secret: database.secret,
		conversations,
		hasLimits: plan.hasLimits,
	});
	const load = startLoad(contender);
	try {
		await work({ contender, load, databaseUrl });
	} finally {
		load.stop();
		await contender.stop();
	}
}

type Measured = Omit<Reading, "measure" | "kind" | "repeat">;
interface Side {
	contender: Contender;
	database: BenchDatabase;
	load: Load;
	seconds: number;
}

async function open(side: Side & { rate: number; over?: number }): Promise<Measured> {
	const { load, rate, seconds, over = CONVERSATIONS } = side;
	const { result, cpu } = await withProcessorTime(side, (onSteady) =>
		load.traffic({ type: "open", rate, seconds }, { over, onSteady }),
	);
	const { p50, p99, startP99, max, verdict, loadCpu } = result;
	const figures = { p50, p99, startP99, max, rate: result.rate, ...cpu, loadCpu };
	return { figures, verdict, fault: faultOf(verdict) };
}

async function closed(side: Side): Promise<Measured> {
	const { load, seconds } = side;
	const { result, cpu } = await withProcessorTime(side, (onSteady) =>
		load.traffic({ type: "closed", senders: SENDERS, seconds }, { over: SENDERS, onSteady }),
	);
	const { p50, p99, ackRate, verdict, loadCpu } = result;
	return { figures: { rate: ackRate, p50, p99, ...cpu, loadCpu }, verdict, fault: faultOf(verdict) };
}

/**
 * Measures the effect of a lost LISTEN connection: after a third of the run, the Postgres backends on which both
 * server processes listen are terminated once.
 */
async function listenerKill(side: Side & { kill: () => Promise<number> }): Promise<Measured> {
	const { contender, load, kill } = side;
	const seconds = Math.max(9, side.seconds);
	let killed = Promise.resolve(0);
	const result = await load.traffic(
		{ type: "open", rate: KILL_RATE, seconds },
		{
			over: CONVERSATIONS,
			onStart: () => {
				killed = delay(seconds * 333).then(kill);
			},
		},
	);
	const count = await killed;
	if (count === 0) throw new Error("No listener was found to end.");
	const { verdict, worstArrival, loadCpu } = result;
	const { lost, doubled, reordered } = verdict;
	const crashed = contender.isAlive() ? 0 : 1;
	return {
		figures: { lost, doubled, reordered, crashed, killed: count, worstArrival, loadCpu },
		verdict,
		fault: faultOf(verdict),
	};
}

/** Measures the resident memory that each idle connection needs, after garbage collection. */
async function idle(contender: Contender, load: Load): Promise<Measured> {
	// Some connections are opened before the measurement, so that one-time costs (code, caches) are not counted.
	await load.crowd("enter", 1_000);
	await load.leave();
	const before = await contender.residentBytes();
	const { loadCpu } = await load.crowd("enter", CONNECTIONS);
	const after = await contender.residentBytes();
	return { figures: { kilobytes: (after - before) / 1_024 / CONNECTIONS, loadCpu }, fault: null };
}

/**
 * Measures how fast all connections reconnect after they were closed. A connection counts as reconnected when it has
 * received the message that it missed.
 */
async function reconnect(load: Load): Promise<Measured> {
	const { ms, open, loadCpu } = await load.crowd("re-enter", CONNECTIONS);
	const fault = open === CONNECTIONS ? null : `${CONNECTIONS - open} of the connections were closed`;
	return { figures: { seconds: ms / 1_000, loadCpu }, fault };
}

/**
 * Adds the processor time in the steady phase of a run, in milliseconds for each message: `cpu` of both server
 * processes and `databaseCpu` of Postgres; NaN where the system does not report it.
 */
async function withProcessorTime(
	{ contender, database }: Side,
	work: (onSteady: () => void) => Promise<TrafficResult>,
): Promise<{ result: TrafficResult; cpu: { cpu: number; databaseCpu: number; allCpu: number } }> {
	const read = () => ({
		servers: contender.processorMs() ?? Number.NaN,
		database: database.processorMs() ?? Number.NaN,
	});
	let before = read();
	const result = await work(() => {
		before = read();
	});
	const after = read();
	const cpu = (after.servers - before.servers) / result.steadyAcked;
	const databaseCpu = (after.database - before.database) / result.steadyAcked;
	return { result, cpu: { cpu, databaseCpu, allCpu: cpu + databaseCpu } };
}
