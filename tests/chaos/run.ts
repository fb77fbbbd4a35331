import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Cleanups, runWithTimeLimit } from "./bounded.ts";
import { type BusServer, startBusServer } from "./bus-server.ts";
import { startFleet } from "./fleet.ts";
import { areComplete, judge, readDatabaseContent } from "./judge.ts";
import { findLeaks } from "./leftovers.ts";
import {
	type Fault,
	type FaultRecord,
	type FaultTargets,
	listAllFaults,
	listShortFaults,
	loseLastWakeUps,
} from "./nemesis.ts";
import { type NotificationProxy, startNotificationProxy } from "./notification-proxy.ts";
import { type ChaosOptions, readOptions } from "./options.ts";
import { createParticipants, openChatSession, type Participants } from "./people.ts";
import { type ChaosPostgres, startChaosPostgres } from "./postgres.ts";
import { createRandom } from "./random.ts";
import { type Connection, openConnection } from "./readers/connection.ts";
import { createReader, TRANSPORTS, type Violation } from "./readers/reader.ts";
import { formatFaultTable, formatLeaks, formatSlowReaders, formatViolations } from "./report.ts";
import { sabotageBuild } from "./sabotage.ts";
import { checkSlowReaders } from "./slow-readers.ts";
import { runWriter, type WritingLog, writeNotes } from "./writers.ts";

/**
 * The command `npm run chaos`. It disturbs a few real server processes on one Postgres while writers write and
 * readers read, and then compares the messages that every reader showed with the acknowledged messages and with the
 * database. The exit code is 1 when a message was lost, duplicated, late or out of order, or when sockets, timers or
 * memory leaked.
 */
const RECONNECT_ROUNDS = 2;
/**
 * Seconds that a run may take in addition to the time of the faults, for its start and its checks. The short run ends
 * before the timeout of the test that starts it, so that the run can report its state.
 */
const SPARE_SECONDS = { full: 300, short: 140 };
/** Additional waiting time in ms, to distinguish late messages from lost ones. */
const SPARE_MS = 5_000;
/**
 * Speed at which paused readers receive missed events (hundreds of megabytes) later, through one server process and
 * its parser.
 */
const CATCH_UP_BYTES_PER_MS = 10_000;
/** A post that is not acknowledged within this time after the last fault counts as never acknowledged. */
const POST_TIMEOUT_MS = 30_000;

const connections: Connection[] = [];
let awaited = "the start";
/** Describes the current phase and the readers that have not finished, for a run that takes too long. */
const tellUnsettled = () => [
	`It waited for ${awaited}.`,
	...connections.map((line) => line.describe()).filter((text) => !text.endsWith(", down")),
];

const say = (line: string) => process.stdout.write(`${line}\n`);
async function runChaos(options: ChaosOptions, undo: Cleanups): Promise<number> {
	const random = createRandom(options.seed);
	const busServer = options.bus === "postgres" ? null : await startBusServer(options.bus);
	if (options.bus !== "postgres" && !busServer) {
		say(`Not run: ${options.bus}-server is not installed.`);
		return 0;
	}
	if (busServer) undo.push(() => busServer.stop());
	say(`Chaos with seed ${options.seed}, wake-ups over ${options.bus}, ${options.processes} processes.`);
	let build: string | undefined;
	if (options.sabotage) {
		const sabotaged = await sabotageBuild(options.sabotage);
		undo.push(sabotaged.remove);
		build = sabotaged.entry;
		say(`SABOTAGED: the servers run without ${options.sabotage}; this run must find violations.`);
	}
	const postgres = await startChaosPostgres();
	undo.push(() => postgres.remove());
	const notifications = await startNotificationProxy(postgres.port, random);
	undo.push(() => notifications.close());
	const env = serverEnvironment(postgres, notifications, busServer);
	const fleet = await startFleet({ count: options.processes, env: () => env, ...(build ? { build } : {}) });
	undo.push(() => fleet.stop());
	const people = await createParticipants({ env, url: fleet.urls[0] ?? "", talks: options.talks });
	return await runWithFaults({ options, random, postgres, notifications, busServer, fleet, people });
}

function serverEnvironment(postgres: ChaosPostgres, notifications: NotificationProxy, bus: BusServer | null) {
	const listenUrl = new URL(postgres.url);
	listenUrl.port = String(notifications.port);
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

type RunContext = Omit<FaultTargets, "lines"> & { options: ChaosOptions; people: Participants };

async function runWithFaults(stage: RunContext): Promise<number> {
	const { options, people, postgres, fleet } = stage;
	const { deadlineMs } = options;
	const lines = openConnections(stage);
	await waitUntilConnected(lines);
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
	const { faults, notes } = await runFaults(stage, lines, log);
	const findings: Violation[] = [];
	const accuse = (what: string) => findings.push({ at: Date.now(), what });
	const acknowledged = log.acks.length;
	if (acknowledged < options.fewest) accuse(`only ${acknowledged} messages were acknowledged in the time`);
	await waitUntilComplete(stage, lines);
	const lastedMs = Date.now() - startedAt;
	const aftermath = options.slowSeconds > 0 ? await checkAfterwards(stage, lines, log) : null;
	if (aftermath) findings.push(...aftermath.slow.violations, ...aftermath.leftovers.violations);
	for (const what of fleet.surprises) accuse(what);

	const readers = [...lines, ...(aftermath?.slow.lines ?? [])].map((line) => line.reader);
	const verdict = judge({
		truth: await postgres.runStatement(readDatabaseContent),
		log,
		readers,
		faults,
		findings,
		deadlineMs,
	});
	const counts = stage.notifications.counts();
	const connections = lines.reduce((sum, line) => sum + line.reader.connections, 0);
	say(`\n${formatFaultTable(verdict, startedAt)}\n`);
	say(
		`${acknowledged} messages acknowledged in ${(lastedMs / 1_000).toFixed(0)} s by ${options.writers} writers (${log.retries} repeated requests, ${notes} internal notes), read by ${lines.length} readers of ${people.talks.length} conversations over ${TRANSPORTS.join(", ")} (${connections} connections and polls).`,
	);
	if (options.bus === "postgres")
		say(`Wake-ups: ${counts.passed} forwarded, ${counts.lost} dropped, ${counts.doubled} duplicated.`);
	say(
		`From acknowledgement to the page, faults included: ${verdict.deliveries.count} deliveries, median ${verdict.deliveries.medianMs} ms, p99 ${verdict.deliveries.p99Ms} ms.`,
	);
	if (aftermath) {
		say(formatSlowReaders(aftermath.slow));
		say(formatLeaks(aftermath.leftovers.rounds, RECONNECT_ROUNDS));
	}
	say(`Violations: ${verdict.violations.length} (seed ${options.seed}).`);
	if (verdict.violations.length > 0) say(formatViolations(verdict, startedAt));
	return verdict.violations.length === 0 ? 0 : 1;
}

/** Runs the writers and one fault after another, until there are enough of both or the time is over. */
async function runFaults(
	stage: RunContext,
	lines: Connection[],
	log: WritingLog,
): Promise<{ faults: FaultRecord[]; notes: number }> {
	const { options, random, people, fleet } = stage;
	const startedAt = Date.now();
	let isDone = false;
	let giveUpAt = Number.POSITIVE_INFINITY;
	const common = { people, urls: fleet.urls, random, isDone: () => isDone };
	const writing = Promise.all(
		Array.from({ length: options.writers }, (_, index) =>
			runWriter({ ...common, name: `w${index}`, log, giveUpAt: () => giveUpAt }),
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
	const victims: FaultTargets = { ...stage, lines };
	const possible = (options.isShort ? listShortFaults(victims) : listAllFaults(victims)).filter(
		({ name }) => options.faults?.test(name) ?? true,
	);
	const until = startedAt + options.seconds * 1_000;
	const isEnough = () => log.acks.length >= options.messages;
	for (let round = 0; round === 0 || (Date.now() < until && !isEnough()); round += 1) {
		for (const fault of random.shuffled(possible)) {
			await delay(options.gapMs);
			// Each kind of fault happens at least once, however long that takes.
			if (round > 0 && (Date.now() > until || isEnough())) break;
			await inflict(fault);
		}
		await delay(options.gapMs);
		while (options.isShort && !isEnough() && Date.now() < until) await delay(50);
	}
	const endWriting = async () => {
		isDone = true;
		giveUpAt = Date.now() + POST_TIMEOUT_MS;
		awaited = "the writers";
		await writing;
		awaited = "the last fault";
	};
	await inflict({
		name: "the wake-ups of the last messages lost",
		run: () => loseLastWakeUps(victims, endWriting),
	});
	awaited = "the notes";
	return { faults, notes: await notes };
}

/** The checks after the faults: readers that accept no bytes, and leaked resources after all readers have left. */
async function checkAfterwards(stage: RunContext, lines: Connection[], log: WritingLog) {
	const { options, fleet, people, random } = stage;
	say("Paused readers …");
	awaited = "the paused readers";
	const talk = await openChatSession(fleet.urls[0] ?? "");
	const slow = await checkSlowReaders({
		fleet,
		people,
		talk,
		log,
		random,
		forMs: options.slowSeconds * 1_000,
	});
	await waitUntilComplete(stage, slow.lines, (slow.sentBytes * slow.lines.length) / CATCH_UP_BYTES_PER_MS);
	say("Looking for leaks …");
	awaited = "the check for leaks";
	const close = async (leaving: Connection[]) =>
		void (await Promise.all(leaving.map((line) => line.close())));
	await close([...lines, ...slow.lines]);
	const open = async () => {
		const again = openConnections(stage);
		await waitUntilConnected(again);
		return again;
	};
	return { slow, leftovers: await findLeaks({ fleet, times: RECONNECT_ROUNDS, open, close }) };
}

/**
 * Opens three readers for each session, on different server processes and with different transports; the agent also
 * reads every second session.
 */
function openConnections({ options, fleet, people, random }: RunContext): Connection[] {
	const lines = people.talks.flatMap((talk, number) =>
		TRANSPORTS.filter((transport) => transport !== "agent's stream" || number % 2 === 0).map(
			(transport, index) =>
				openConnection({
					reader: createReader(talk, transport, `${transport} of conversation ${number}`),
					urls: fleet.urls,
					home: (number + index) % options.processes,
					agentCookie: people.agentCookie,
					random,
				}),
		),
	);
	connections.push(...lines);
	return lines;
}

async function waitUntilConnected(lines: Connection[]): Promise<void> {
	while (lines.some((line) => line.reader.state.cursor === null)) await delay(20);
}

/** Waits until every reader shows all messages, or until the time limit is over. */
async function waitUntilComplete(
	{ postgres, options }: RunContext,
	lines: Connection[],
	extraMs = 0,
): Promise<void> {
	awaited = "the readers to be level";
	const until = Date.now() + options.deadlineMs + SPARE_MS + extraMs;
	const readers = lines.map((line) => line.reader);
	while (Date.now() < until) {
		const { heads } = await postgres.runStatement(readDatabaseContent);
		if (areComplete(readers, heads)) return;
		await delay(200);
	}
}

const options = readOptions(process.argv.slice(2));
const spare = options.isShort ? SPARE_SECONDS.short : SPARE_SECONDS.full;
runWithTimeLimit(
	options.seconds + options.slowSeconds + spare,
	(undo) => runChaos(options, undo),
	tellUnsettled,
);
