import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { env } from "#app/env.server.ts";
import { ANSWER_DELAY } from "#app/models/ai-turn/ai-turn.server.ts";
import { draftMessage } from "#app/models/message/write-posts.server.ts";
import { sql } from "#db/client.server.ts";
import postgres from "#db/driver.ts";
import { makeSession, messagesOf } from "#tests/factories.ts";

/** Number of messages in a long session. */
const LONG_SESSION_MESSAGES = 20_000;
const CUSTOMER_SESSIONS = 2_000;

/** What auto_explain reports about one statement. */
type Report = {
	"Query Text": string;
	Plan: { "Shared Hit Blocks": number; "Shared Read Blocks": number };
};
type PostResult = { kind: string; messageId: string | null };

/**
 * Opens a separate database connection, which keeps query plans as the app's connections do and reports the plan of
 * each statement.
 */
async function connect() {
	const reports: Report[] = [];
	const client = postgres(env().DATABASE_URL ?? "", {
		max: 1,
		fetch_types: false,
		onnotice: ({ message = "" }) => {
			if (message.includes("plan:")) reports.push(JSON.parse(message.slice(message.indexOf("{"))) as Report);
		},
	});
	await client`load 'auto_explain'`;
	await client`
		select set_config('auto_explain.' || key, value, false) from jsonb_each_text(${JSON.stringify({
			log_min_duration: "0",
			log_nested_statements: "on",
			log_analyze: "on",
			log_buffers: "on",
			log_timing: "off",
			log_format: "json",
			log_level: "notice",
		})}::text::jsonb)`;
	return { client, reports };
}

/**
 * The smallest number of database pages that one of three posts reads. A Postgres backend reads more pages when its
 * caches were invalidated, for example because another database is dropped.
 */
async function leastPages(write: () => Promise<{ kind?: string; pages: number }>): Promise<number> {
	const writes = [await write(), await write(), await write()];
	expect(writes.map(({ kind }) => kind)).toEqual(["written", "written", "written"]);
	return Math.min(...writes.map(({ pages }) => pages));
}

type Writer = { visitorId: string; sessionId: string; wanders: boolean };

describe("the work of the database for one post", () => {
	const clients: postgres.Sql[] = [];
	beforeAll(async () => {
		// Autovacuum is off, because its ANALYZE would replace the query plans that were made while the tables were
		// small.
		await sql`alter table chat_messages set (autovacuum_enabled = off)`;
		await sql`alter table chat_sessions set (autovacuum_enabled = off)`;
	});
	beforeEach(async () => {
		// In each test the query plans are made while the tables are small and have statistics.
		await sql`truncate chat_sessions cascade`;
	});
	afterAll(() => Promise.all(clients.map((client) => client.end())));

	/**
	 * @returns a function that writes a post, and returns its result, the number of pages read, and the plan of the
	 * search for an earlier post of the same message.
	 */
	async function startWriter({ visitorId, sessionId, wanders }: Writer) {
		const { client, reports } = await connect();
		clients.push(client);
		return async (clientMessageId: string = randomUUID()) => {
			reports.length = 0;
			const message = draftMessage({ sessionId, senderType: "user", message: "Hello", clientMessageId });
			const post = { session: sessionId, message, visitor: visitorId, owner: null, agent: null, wanders };
			const input = JSON.stringify({ posts: [post], waits: false, mostAMinute: 30, ...ANSWER_DELAY });
			const [judged] = await client.unsafe<PostResult[]>(
				"select * from write_posts($1::text::jsonb)",
				[input],
				{
					prepare: true,
				},
			);
			const whole = reports.find((report) => report["Query Text"].includes("from write_posts("));
			const search = reports.find((report) => report["Query Text"].includes("AS candidates"));
			if (!whole || !search) throw new Error("auto_explain did not report the statements of the post.");
			const pages = whole.Plan["Shared Hit Blocks"] + whole.Plan["Shared Read Blocks"];
			return { ...judged, pages, plan: JSON.stringify(search.Plan) };
		};
	}

	/** Adds 20,000 messages of another sender to a session, without new statistics. */
	async function grow(sessionId: string) {
		await sql`
			insert into chat_messages (session_id, seq, client_message_id, sender_id, sender_type, message)
			select ${sessionId}, 1000 + n, gen_random_uuid()::text, 'another', 'user', 'Earlier'
			from generate_series(1, ${LONG_SESSION_MESSAGES}::int) n`;
		await sql`
			insert into chat_events (stream, seq, session_id, type, data)
			select 'public:' || session_id, seq, session_id, 'new-message', '{}' from chat_messages
			where session_id = ${sessionId} and sender_id = 'another'`;
		await sql`
			update chat_sessions set last_seq = (select max(seq) from chat_messages where session_id = ${sessionId})
			where session_id = ${sessionId}`;
	}

	it.each([
		{ name: "for one conversation", wanders: false },
		{ name: "for any of the customer's conversations", wanders: true },
	])(
		"does not grow with the session ($name), with plans made while the tables were small",
		async ({ wanders }) => {
			const visitorId = randomUUID();
			const sessionId = await makeSession({ visitorId, customerId: null }, "First");
			await sql`analyze chat_messages, chat_sessions`;
			const write = await startWriter({ visitorId, sessionId, wanders });
			// The first post makes the query plans of the connection.
			await write("c-1");
			const short = await leastPages(write);

			await grow(sessionId);
			expect(await leastPages(write)).toBeLessThanOrEqual(2 * short);
			expect((await write()).plan).toContain("chat_messages_client_id");

			const again = await write("c-1");
			const written = (await messagesOf(sessionId)).find((message) => message.clientMessageId === "c-1");
			expect(again).toMatchObject({ kind: "before", messageId: written?.id });
		},
	);

	it("does not grow with the number of the customer's sessions", async () => {
		const visitorId = randomUUID();
		const sessionId = await makeSession({ visitorId, customerId: null }, "First");
		await sql`analyze chat_messages, chat_sessions`;
		const write = await startWriter({ visitorId, sessionId, wanders: true });
		await write("c-1");
		const few = await leastPages(write);
		await sql`
			insert into chat_sessions (visitor_id, is_active, status)
			select ${visitorId}, false, 'ended' from generate_series(1, ${CUSTOMER_SESSIONS}::int)`;
		await sql`
			insert into chat_messages (session_id, seq, client_message_id, sender_id, sender_type, message)
			select session_id, 1, gen_random_uuid()::text, 'another', 'user', 'Earlier' from chat_sessions
			where visitor_id = ${visitorId} and not is_active`;
		expect(await leastPages(write)).toBeLessThanOrEqual(2 * few);
	});
});
