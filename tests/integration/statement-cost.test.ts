import { beforeAll, expect, it } from "vitest";
import { env, setEnv } from "#app/env.server.ts";
import type { Operation, People } from "#tests/cost-operations.ts";
import { reportStatements, type Statement } from "#tests/setup/statement-report.ts";

/**
 * Measures how many database pages the statements of requests and background work read, in a small store and in a
 * large one. With STATEMENTS=full the large store has the size that the product is designed for, and the test prints
 * its measurements.
 */
const isFull = process.env.STATEMENTS === "full";
const LARGE = isFull
	? { sessions: 100_000, messages: 1_000_000, long: 20_000 }
	: { sessions: 12_000, messages: 60_000, long: 6_000 };
/**
 * Rows of the small store: enough sessions to fill each list, so that the full lists of the large store do not count
 * as growth.
 */
const SMALL_STORE_ROWS = { sessions: 240, messages: 240, long: 0 };
/**
 * Number of queued sessions and of sessions with an agent, the same in both stores, because it depends on the team's
 * work.
 */
const WITH_PEOPLE = 20;

/**
 * Number of executions before a measurement. Database functions keep the query plan of their first execution on a
 * connection; a prepared statement keeps its plan after five executions on each of the 4 connections for reads.
 */
const WARM_UP_RUNS = 8;
/**
 * Most additional database pages that a statement may read in the large store: two for each search in a deeper index,
 * and some for less full pages.
 */
const MAX_EXTRA_PAGES = 12;

let report: Awaited<ReturnType<typeof reportStatements>>;
let people: People;
let operations: Operation[];
let opened: string[];

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off", ASSISTANT: "on" });
	report = await reportStatements(env().DATABASE_URL ?? "");
	// Autovacuum is off, so that query plans that were made while the tables were small are kept.
	const tables = await report.client<{ name: string }[]>`
		select tablename as name from pg_tables where schemaname = 'public'`;
	for (const { name } of tables)
		await report.client.unsafe(`alter table ${name} set (autovacuum_enabled = off)`);
	const { listOperations, makePeople } = await import("#tests/cost-operations.ts");
	people = await makePeople();
	({ operations, opened } = listOperations(people));
	await addStoreRows(SMALL_STORE_ROWS);
	await report.client`analyze`;
}, 120_000);

it(
	"does not grow with the messages of a session, all messages and all sessions",
	async () => {
		for (const { run } of operations) for (let count = 0; count < WARM_UP_RUNS; count += 1) await run();
		const small = await measureAll();
		await addStoreRows(LARGE);
		const large = await measureAll();
		// Statements of background work are planned at each execution, so the test updates the statistics as in a store
		// that has grown slowly.
		await report.client`analyze`;
		const analysed = await measureAll();
		const rows = operations.map(({ name, keepsPlan }) => ({
			name,
			keepsPlan,
			small: pagesOf(small.get(name)),
			large: pagesOf(large.get(name)),
			analysed: pagesOf(analysed.get(name)),
			grown: grownStatements(small.get(name), large.get(name)),
		}));
		if (isFull || process.env.STATEMENTS)
			for (const row of rows)
				process.stdout.write(`| ${row.name} | ${row.small} | ${row.large} | ${row.analysed} |\n`);
		const grown = rows.filter(
			(row) => Math.max(row.keepsPlan ? row.large : 0, row.analysed) > 2 * row.small + MAX_EXTRA_PAGES,
		);
		expect(grown).toEqual([]);
	},
	isFull ? 1_800_000 : 300_000,
);

const pagesOf = (statements: Statement[] = []) => statements.reduce((sum, { pages }) => sum + pages, 0);

/** The statements whose number of pages grew most, for the message of a failed test. */
function grownStatements(small: Statement[] = [], large: Statement[] = []): string[] {
	const before = new Map(small.map(({ text, pages }) => [text, pages]));
	return large
		.filter(({ text, pages }) => pages > 2 * (before.get(text) ?? 0) + MAX_EXTRA_PAGES)
		.map(({ text, pages }) => `${before.get(text)} -> ${pages}: ${text.slice(0, 400)}`);
}

/**
 * Measures all operations twice and takes the smaller number of pages, because reads of Postgres's catalog and of the
 * visibility map differ between runs.
 */
async function measureAll(): Promise<Map<string, Statement[]>> {
	const results = new Map<string, Statement[]>();
	// The sessions that a measurement opens are closed, because otherwise each measurement would add open sessions.
	await report.client`delete from chat_sessions where session_id in ${report.client(opened.splice(0))}`;
	for (const { name, run } of operations) {
		// A first run is not measured, because Postgres reads its catalogs again after changed statistics and new rows.
		await run();
		const runs = [await report.during(run), await report.during(run)];
		const [least] = runs.sort((one, other) => pagesOf(one) - pagesOf(other));
		results.set(name, least ?? []);
	}
	return results;
}

/** Adds sessions of other customers with messages to the store, and more messages to the three long sessions. */
async function addStoreRows(size: typeof SMALL_STORE_ROWS): Promise<void> {
	const { client } = report;
	const { agent, withAssistant, waiting, withAgent } = people;
	await client.begin(async (tx) => {
		// Rows are inserted without foreign key checks, which would take most of the time.
		await tx`set local session_replication_role = replica`;
		await tx`
			create temp table grown on commit drop as
			select gen_random_uuid() as session_id, gen_random_uuid() as visitor_id, n,
				case when ${size === SMALL_STORE_ROWS} and n <= ${WITH_PEOPLE / 2} then 'queued'
					when ${size === SMALL_STORE_ROWS} and n <= ${WITH_PEOPLE}::int then 'agent'
					when n % 2 = 0 then 'assistant' else 'ended' end as status,
				now() - interval '1 year' * (n::float8 / ${size.sessions}::int) - interval '3 days' as at
			from generate_series(1, ${size.sessions}::int) n`;
		await tx`
			insert into chat_sessions (session_id, visitor_id, status, is_active, started_at, ended_at, queued_at,
				queue_deadline, assigned_at, assigned_agent_id, last_message_at, updated_at, last_seq, handover)
			select session_id, visitor_id, status, status <> 'ended', at, case when status = 'ended' then at end,
				case when status in ('queued', 'ended') then at end,
				case when status = 'queued' then now() + interval '1 day' end,
				case when status in ('agent', 'ended') then at + interval '1 minute' end,
				case when status in ('agent', 'ended') then ${agent.agentId}::uuid end, at, at,
				${size.messages / size.sessions}::int, '{}'
			from grown`;
		await tx`
			insert into chat_messages (session_id, seq, client_message_id, sender_id, sender_type, message, is_read,
				delivered_at, sent_at)
			select session_id, seq, gen_random_uuid()::text, visitor_id::text,
				case when seq % 2 = 1 and seq < ${size.messages / size.sessions}::float8 then 'user' else 'bot' end,
				'Earlier', true, at, at
			from grown, generate_series(1, ${size.messages / size.sessions}::float8::int) seq order by at`;
		const long = [
			{ id: withAssistant, other: "bot" },
			{ id: waiting, other: "bot" },
			{ id: withAgent, other: "agent" },
		];
		for (const { id, other } of long) {
			await tx`
				insert into chat_messages (session_id, seq, client_message_id, sender_id, sender_type, message, is_read,
					delivered_at, sent_at)
				select session_id, last_seq + n, gen_random_uuid()::text, visitor_id::text,
					case when n % 2 = 1 then 'user' else ${other} end, 'Earlier',
					n % 2 = 0 or ${other === "agent"}, case when n % 2 = 0 or ${other === "agent"} then now() end, now()
				from chat_sessions, generate_series(1, ${size.long}::int) n where session_id = ${id}`;
			await tx`
				insert into ai_turns (session_id, question_seq, state, created_at, finished_at)
				select session_id, last_seq + n, 'done', now(), now()
				from chat_sessions, generate_series(1, ${size.long}::int, 2) n where session_id = ${id}`;
		}
		await tx`
			insert into chat_events (stream, seq, session_id, type, data)
			select 'public:' || session_id, seq, session_id, 'new-message', '{}' from chat_messages
			on conflict do nothing`;
		await tx`
			insert into ai_turns (session_id, question_seq, state, created_at, finished_at)
			select session_id, 1, 'done', at, at from grown`;
		await tx`
			update chat_sessions set last_seq = last_seq + ${size.long}::int,
				customer_read_seq = last_seq + ${size.long}::int, customer_delivered_seq = last_seq + ${size.long}::int,
				team_read_seq = case when status = 'agent' then last_seq + ${size.long}::int else 0 end,
				team_delivered_seq = case when status = 'agent' then last_seq + ${size.long}::int else 0 end
			where session_id in (${withAssistant}, ${waiting}, ${withAgent})`;
		await tx`
			insert into presence_leases (party, process, until)
			select 'customer:' || session_id, 'another', now() + interval '1 hour' from grown
			where n <= ${Math.ceil(size.sessions / 20)}::int`;
		await tx`
			insert into revoked_visitors (visitor_id, expires_at) select visitor_id, now() + interval '1 year' from grown`;
		await tx`
			insert into blocked_senders (sender, reason, blocked_at) select visitor_id::text, 'spam', at from grown
			where n % 10 = 0`;
	});
	// The test summarises the BRIN index itself, which autovacuum would do if it were not off in this test.
	await client`select brin_summarize_new_values('chat_sessions_updated')`;
}
