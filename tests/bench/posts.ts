import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runCommand } from "#commands/steps/command.ts";
import postgres from "#db/driver.ts";
import { type BenchDatabase, openBenchDatabase } from "./database.ts";
import { quantile } from "./statistics.ts";

/**
 * The batch sizes of posts that `npm run bench:posts` measures: how long the database needs to write posts on one
 * connection, with fsync. Each cell of the table has the 10th and 50th percentile of the time, and the processor time
 * of the Postgres backend, in milliseconds for a batch. The first row is an empty commit. The query plans are made
 * while the tables are small and are kept, as in the app.
 */
const BATCH_SIZES = [1, 8, 32];
const CONVERSATIONS = 640;
/** Number of sessions that are filled with many messages; the batches write to these sessions in turn. */
const LONG_CONVERSATIONS = 32;
/**
 * The app's limit of messages, copied from write-posts.server.ts and ai-turn.server.ts, because these modules can be
 * imported only with a database.
 */
const LIMIT_A_MINUTE = 30;
const ANSWER_PACE = { waitMs: 350, mostWaitMs: 3_000 };

type PostTarget = { sessionId: string; visitorId: string };
type Bench = { client: postgres.Sql; rounds: number; readCpu: () => number; limit: number | null };

await runCommand(async () => {
	const { values } = parseArgs({
		options: {
			rounds: { type: "string", default: "200" },
			messages: { type: "string", default: "20000" },
			limits: { type: "string", default: "on" },
			assistant: { type: "string", default: "on" },
		},
	});
	const messages = Number(values.messages);
	const status = values.assistant === "on" ? "assistant" : "queued";
	const database = await openBenchDatabase();
	try {
		const client = await openSmall(database);
		const [backend] = await client<{ pid: number }[]>`select pg_backend_pid() as pid`;
		const bench: Bench = {
			client,
			rounds: Number(values.rounds),
			readCpu: () => readCpuMs(backend?.pid ?? 0),
			limit: values.limits === "on" ? LIMIT_A_MINUTE : null,
		};
		const short = await makeTargets(client, status);
		process.stdout.write(`| ms: 10 %, 50 %, (processor) | ${BATCH_SIZES.join(" | ")} |\n|---|---|---|---|\n`);
		await measureRow(bench, "commit of one row", [1], () => client`insert into bench_floor values (1)`);
		await measurePosts(bench, "conversations of 1 message", short);
		const long = await makeTargets(client, status, LONG_CONVERSATIONS);
		await lengthen(client, long, messages);
		await measurePosts(bench, `conversations of ${messages} messages`, long);
		await client.end();
	} finally {
		await database.close();
	}
});

function measurePosts(bench: Bench, name: string, targets: PostTarget[]): Promise<void> {
	let next = 0;
	return measureRow(bench, name, BATCH_SIZES, async (size) => {
		const group = Array.from({ length: size }, () => targets[next++ % targets.length] as PostTarget);
		await writeBatch(bench, group);
	});
}

/** Creates a database, and a connection whose query plans for posts were made while the tables were empty. */
async function openSmall(database: BenchDatabase): Promise<postgres.Sql> {
	const client = postgres(await database.create(), { max: 1, fetch_types: false, onnotice: () => {} });
	// Autovacuum is off, so that the table statistics, and with them the query plans, stay those of small tables.
	await client`alter table chat_messages set (autovacuum_enabled = off)`;
	await client`alter table chat_sessions set (autovacuum_enabled = off)`;
	await client`create table bench_floor (n int)`;
	const [target] = await makeTargets(client, "assistant", 1);
	await client`analyze`;
	for (let count = 0; count < 10; count += 1)
		await writeBatch({ client, limit: LIMIT_A_MINUTE }, target ? [target] : []);
	return client;
}

async function makeTargets(
	client: postgres.Sql,
	status: string,
	count = CONVERSATIONS,
): Promise<PostTarget[]> {
	return client<PostTarget[]>`
		insert into chat_sessions (visitor_id, status, queued_at, last_message_at)
		select gen_random_uuid(), ${status}, now(), now() from generate_series(1, ${count}::int)
		returning session_id as "sessionId", visitor_id as "visitorId"`;
}

/** Adds a number of messages of another sender to each session. */
async function lengthen(client: postgres.Sql, targets: PostTarget[], messages: number): Promise<void> {
	for (const { sessionId } of targets) {
		await client`
			insert into chat_messages (session_id, seq, client_message_id, sender_id, sender_type, message, sent_at)
			select ${sessionId}, n, gen_random_uuid()::text, 'another', 'user', 'Earlier', now() - interval '1 day'
			from generate_series(1, ${messages}::int) n`;
		await client`
			insert into chat_events (stream, seq, session_id, type, data)
			select 'public:' || session_id, seq, session_id, 'new-message', '{}' from chat_messages
			where session_id = ${sessionId}`;
		await client`update chat_sessions set last_seq = ${messages} where session_id = ${sessionId}`;
	}
}

async function writeBatch(
	{ client, limit }: Pick<Bench, "client" | "limit">,
	targets: PostTarget[],
): Promise<void> {
	const posts = targets.map(({ sessionId, visitorId }) => ({
		session: sessionId,
		message: {
			id: randomUUID(),
			sessionId,
			clientMessageId: randomUUID(),
			senderType: "user",
			senderName: null,
			message: "Where is my parcel?",
			messageType: "text",
			metadata: {},
			isRead: false,
		},
		visitor: visitorId,
		owner: null,
		agent: null,
		sender: null,
		wanders: true,
		network: "",
	}));
	const input = JSON.stringify({ posts, waits: false, mostAMinute: limit, ...ANSWER_PACE });
	const written = await client.unsafe<{ kind: string }[]>(
		"select * from write_posts($1::text::jsonb)",
		[input],
		{
			prepare: true,
		},
	);
	const refused = written.find(({ kind }) => kind !== "written");
	if (refused) throw new Error(`A post was not written: ${refused.kind}.`);
}

async function measureRow(
	{ client, rounds, readCpu }: Bench,
	name: string,
	sizes: number[],
	work: (size: number) => Promise<unknown>,
): Promise<void> {
	const cells: string[] = [];
	for (const size of sizes) {
		const times: number[] = [];
		let cpuMs = 0;
		for (let round = 0; round < rounds; round += 1) {
			// The senders' earlier messages are made older than a minute, so that the limit of messages in a minute does
			// not count them.
			if (round % 20 === 0)
				await client`update chat_messages set sent_at = sent_at - interval '1 hour' where sent_at > now() - interval '1 minute'`;
			const [startedAt, cpuBefore] = [performance.now(), readCpu()];
			await work(size);
			times.push(performance.now() - startedAt);
			cpuMs += readCpu() - cpuBefore;
		}
		const [fast, middle] = [quantile(times, 0.1), quantile(times, 0.5)];
		cells.push(`${fast.toFixed(2)}, ${middle.toFixed(2)} (${(cpuMs / rounds).toFixed(2)})`);
	}
	process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
}

/** Processor time that a process has used so far, in milliseconds; 0 on systems without /proc (only Linux has it). */
function readCpuMs(pid: number): number {
	try {
		return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
		throw error;
	}
}
