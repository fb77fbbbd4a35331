import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { runBounded, type Undo } from "./bounded.ts";
import { type BusServer, startBusServer } from "./bus-server.ts";
import { startFleet } from "./fleet.ts";
import { type HintProxy, startHintProxy } from "./hint-proxy.ts";
import { areLevel, judge, readTruth } from "./judge.ts";
import { lookForLeftovers } from "./leftovers.ts";
import {
	allFaults,
	type Fault,
	type FaultRecord,
	loseLastWords,
	shortFaults,
	type Victims,
} from "./nemesis.ts";
import { type ChaosOptions, readOptions } from "./options.ts";
import { gatherPeople, openTalk, type People } from "./people.ts";
import { type ChaosPostgres, startChaosPostgres } from "./postgres.ts";
import { createRandom } from "./random.ts";
import { type Line, openLine } from "./readers/line.ts";
import { createReader, TRANSPORTS, type Violation } from "./readers/reader.ts";
import { faultTable, leftoversLine, slowReadersLine, violationLines } from "./report.ts";
import { sabotageBuild } from "./sabotage.ts";
import { pauseReaders } from "./slow-readers.ts";
import { type WritingLog, write, writeNotes } from "./writers.ts";

/**
 * Breaks whatever can break under a few real server processes on one Postgres while writers write and readers
 * read, and then holds what every reader showed against what was acknowledged and what the database has.
 * Loopback only; ends by itself, with 1 when anything was lost, doubled, late, out of order or left behind.
 */
const COME_AND_GO = 2;
/**
 * Nothing here may go on for ever: beyond the faults, so long for starting, settling and looking around. The
 * short run ends before the test that waits for it gives up, so that it can say where it stood.
 */
const SPARE_SECONDS = { full: 300, short: 140 };
/** What comes even later is told from what never comes. */
const SPARE_MS = 5_000;
/** What paused readers missed is hundreds of megabytes, which take their time through one process and its parser. */
const CATCH_UP_BYTES_A_MS = 10_000;
/** A post that is not acknowledged this long after the last fault never will be. */
const GIVE_UP_MS = 30_000;

const everyLine: Line[] = [];
let awaited = "the start";
/** What was waited for, and the readers that are not down, for a run that does not end. */
const tellUnsettled = () => [
	`It waited for ${awaited}.`,
	...everyLine.map((line) => line.tell()).filter((text) => !text.endsWith(", down")),
];

const say = (line: string) => process.stdout.write(`${line}\n`);
async function runChaos(options: ChaosOptions, undo: Undo): Promise<number> {
	const random = createRandom(options.seed);
	const busServer = options.bus === "postgres" ? null : await startBusServer(options.bus);
	if (options.bus !== "postgres" && !busServer) {
		say(`Not run: ${options.bus}-server is not installed.`);
		return 0;
	}
	if (busServer) undo.push(() => busServer.stop());
	say(`Chaos with seed ${options.seed}, hints over ${options.bus}, ${options.processes} processes.`);
	let build: string | undefined;
	if (options.sabotage) {
		const sabotaged = await sabotageBuild(options.sabotage);
		undo.push(sabotaged.remove);
		build = sabotaged.entry;
		say(`SABOTAGED: the servers run without ${options.sabotage}; this run must find violations.`);
	}
	const postgres = await startChaosPostgres();
	undo.push(() => postgres.remove());
	const hints = await startHintProxy(postgres.port, random);
	undo.push(() => hints.close());
	const env = serverEnvironment(postgres, hints, busServer);
	const fleet = await startFleet({ count: options.processes, env: () => env, ...(build ? { build } : {}) });
	undo.push(() => fleet.stop());
	const people = await gatherPeople({ env, url: fleet.urls[0] ?? "", talks: options.talks });
	return await breakThings({ options, random, postgres, hints, busServer, fleet, people });
}

function serverEnvironment(postgres: ChaosPostgres, hints: HintProxy, bus: BusServer | null) {
	const listenUrl = new URL(postgres.url);
	listenUrl.port = String(hints.port);
	return {
		DATABASE_URL: postgres.url,
		LISTEN_DATABASE_URL: listenUrl.href,
		BUS_URL: bus?.url ?? "",
		APP_SECRET: randomBytes(32).toString("hex"),
		CUSTOMER_IDENTITY_SECRET: randomBytes(32).toString("hex"),
		PUBLIC_URL: "",
		OPENAI_API_KEY: "",
		RATE_LIMITS: "off",
		ASSISTANT: "off",
		STREAM_LANE: "on",
	};
}

type Stage = Omit<Victims, "lines"> & { options: ChaosOptions; people: People };

async function breakThings(stage: Stage): Promise<number> {
	const { options, people, postgres, fleet } = stage;
	const { deadlineMs } = options;
	const lines = openLines(stage);
	await untilConnected(lines);
	const startedAt = Date.now();
	const log: WritingLog = {
		acks: [],
		sent: new Map(),
		refusals: new Map(),
		contradictions: [],
		abandoned: [],
		retries: 0,
	};
	awaited = "the faults";
	const { faults, notes } = await inflictFaults(stage, lines, log);
	const findings: Violation[] = [];
	const accuse = (what: string) => findings.push({ at: Date.now(), what });
	const acknowledged = log.acks.length;
	if (acknowledged < options.fewest) accuse(`only ${acknowledged} messages were acknowledged in the time`);
	await untilLevel(stage, lines);
	const lastedMs = Date.now() - startedAt;
	const aftermath = options.slowSeconds > 0 ? await lookAfterwards(stage, lines, log) : null;
	if (aftermath) findings.push(...aftermath.slow.violations, ...aftermath.leftovers.violations);
	for (const what of fleet.surprises) accuse(what);

	const readers = [...lines, ...(aftermath?.slow.lines ?? [])].map((line) => line.reader);
	const verdict = judge({ truth: await postgres.ask(readTruth), log, readers, faults, findings, deadlineMs });
	const counts = stage.hints.counts();
	const connections = lines.reduce((sum, line) => sum + line.reader.connections, 0);
	say(`\n${faultTable(verdict, startedAt)}\n`);
	say(
		`${acknowledged} messages acknowledged in ${(lastedMs / 1_000).toFixed(0)} s by ${options.writers} writers (${log.retries} repeated requests, ${notes} internal notes), read by ${lines.length} readers of ${people.talks.length} conversations over ${TRANSPORTS.join(", ")} (${connections} connections and polls).`,
	);
	if (options.bus === "postgres")
		say(`Hints: ${counts.passed} passed, ${counts.lost} lost, ${counts.doubled} doubled.`);
	say(
		`From acknowledgement to the page, faults included: ${verdict.deliveries.count} deliveries, median ${verdict.deliveries.medianMs} ms, p99 ${verdict.deliveries.p99Ms} ms.`,
	);
	if (aftermath) {
		say(slowReadersLine(aftermath.slow));
		say(leftoversLine(aftermath.leftovers.rounds, COME_AND_GO));
	}
	say(`Violations: ${verdict.violations.length} (seed ${options.seed}).`);
	if (verdict.violations.length > 0) say(violationLines(verdict, startedAt));
	return verdict.violations.length === 0 ? 0 : 1;
}

/** Lets the writers write and inflicts fault after fault, until there are enough of both or time is up. */
async function inflictFaults(
	stage: Stage,
	lines: Line[],
	log: WritingLog,
): Promise<{ faults: FaultRecord[]; notes: number }> {
	const { options, random, people, fleet } = stage;
	const startedAt = Date.now();
	let isDone = false;
	let giveUpAt = Number.POSITIVE_INFINITY;
	const common = { people, urls: fleet.urls, random, isDone: () => isDone };
	const writing = Promise.all(
		Array.from({ length: options.writers }, (_, index) =>
			write({ ...common, name: `w${index}`, log, giveUpAt: () => giveUpAt }),
		),
	);
	const notes = writeNotes(common);
	const faults: FaultRecord[] = [];
	const inflict = async (fault: Fault) => {
		say(`${((Date.now() - startedAt) / 1_000).toFixed(1)} s, ${log.acks.length} acknowledged: ${fault.name}`);
		const record = { name: fault.name, startedAt: Date.now(), endedAt: Number.POSITIVE_INFINITY };
		faults.push(record);
		await fault.run();
		record.endedAt = Date.now();
	};
	const victims: Victims = { ...stage, lines };
	const possible = (options.isShort ? shortFaults(victims) : allFaults(victims)).filter(
		({ name }) => options.faults?.test(name) ?? true,
	);
	const until = startedAt + options.seconds * 1_000;
	const isEnough = () => log.acks.length >= options.messages;
	for (let round = 0; round === 0 || (Date.now() < until && !isEnough()); round += 1) {
		for (const fault of random.shuffled(possible)) {
			await delay(options.gapMs);
			// Each fault at least once, however long that takes here.
			if (round > 0 && (Date.now() > until || isEnough())) break;
			await inflict(fault);
		}
		await delay(options.gapMs);
		while (options.isShort && !isEnough() && Date.now() < until) await delay(50);
	}
	const endWriting = async () => {
		isDone = true;
		giveUpAt = Date.now() + GIVE_UP_MS;
		awaited = "the writers";
		await writing;
		awaited = "the last fault";
	};
	await inflict({
		name: "the hints of the last words lost",
		run: () => loseLastWords(victims, endWriting),
	});
	awaited = "the notes";
	return { faults, notes: await notes };
}

/** Once the faults are over: readers who take nothing, and what is left when everybody has gone. */
async function lookAfterwards(stage: Stage, lines: Line[], log: WritingLog) {
	const { options, fleet, people, random } = stage;
	say("Paused readers …");
	awaited = "the paused readers";
	const talk = await openTalk(fleet.urls[0] ?? "");
	const slow = await pauseReaders({ fleet, people, talk, log, random, forMs: options.slowSeconds * 1_000 });
	await untilLevel(stage, slow.lines, (slow.sentBytes * slow.lines.length) / CATCH_UP_BYTES_A_MS);
	say("Looking for what is left behind …");
	awaited = "what is left behind";
	const close = async (leaving: Line[]) => void (await Promise.all(leaving.map((line) => line.leave())));
	await close([...lines, ...slow.lines]);
	const open = async () => {
		const again = openLines(stage);
		await untilConnected(again);
		return again;
	};
	return { slow, leftovers: await lookForLeftovers({ fleet, times: COME_AND_GO, open, close }) };
}

/** Three for each conversation, on different processes, over different ways; the agent reads every other one. */
function openLines({ options, fleet, people, random }: Stage): Line[] {
	const lines = people.talks.flatMap((talk, number) =>
		TRANSPORTS.filter((transport) => transport !== "agent's stream" || number % 2 === 0).map(
			(transport, index) =>
				openLine({
					reader: createReader(talk, transport, `${transport} of conversation ${number}`),
					urls: fleet.urls,
					home: (number + index) % options.processes,
					agentCookie: people.agentCookie,
					random,
				}),
		),
	);
	everyLine.push(...lines);
	return lines;
}

async function untilConnected(lines: Line[]): Promise<void> {
	while (lines.some((line) => line.reader.state.cursor === null)) await delay(20);
}

/** Until every reader shows everything, or longer than that may take. */
async function untilLevel({ postgres, options }: Stage, lines: Line[], extraMs = 0): Promise<void> {
	awaited = "the readers to be level";
	const until = Date.now() + options.deadlineMs + SPARE_MS + extraMs;
	const readers = lines.map((line) => line.reader);
	while (Date.now() < until) {
		const { heads } = await postgres.ask(readTruth);
		if (areLevel(readers, heads)) return;
		await delay(200);
	}
}

const options = readOptions(process.argv.slice(2));
const spare = options.isShort ? SPARE_SECONDS.short : SPARE_SECONDS.full;
runBounded(options.seconds + options.slowSeconds + spare, (undo) => runChaos(options, undo), tellUnsettled);
