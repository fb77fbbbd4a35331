import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { setEnv } from "#app/env.server.ts";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { openEmbeddedDatabase } from "#embedded-postgres/index.ts";
import type { Conversation, ConversationPlan } from "./contender.ts";
import { readParent, readProcessorMsOfTree } from "./processor-time.ts";

export type BenchDatabase = Awaited<ReturnType<typeof openBenchDatabase>>;

/**
 * Starts a temporary Postgres for the benchmark, configured as by `npm start`: with fsync, because a commit must be
 * on the disk. The database is deleted at the end.
 */
export async function openBenchDatabase() {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-bench-"));
	const cluster = await openEmbeddedDatabase({ dataDir, role: "guest" });
	const admin = postgres(cluster.url, { max: 1, onnotice: () => {} });
	const [backend] = await admin<{ pid: number }[]>`select pg_backend_pid() as pid`;
	const postmaster = backend ? readParent(backend.pid) : null;
	const secret = randomBytes(32).toString("hex");
	setEnv({ APP_SECRET: secret, CUSTOMER_IDENTITY_SECRET: randomBytes(32).toString("hex") });
	let count = 0;
	return {
		secret,
		/** Creates a database with our migrated tables; each contender gets its own database. */
		async create(): Promise<string> {
			count += 1;
			const name = `bench_${count}`;
			await admin.unsafe(`create database ${name}`);
			const url = new URL(cluster.url);
			url.pathname = `/${name}`;
			await migrate(url.href);
			return url.href;
		},
		/**
		 * Processor time that all processes of Postgres have used so far, in milliseconds; null where the system does not
		 * report it.
		 */
		processorMs: (): number | null => (postmaster === null ? null : readProcessorMsOfTree(postmaster)),
		/**
		 * Terminates every Postgres backend of the database that executes LISTEN. @returns the number of terminated
		 * backends.
		 */
		async killListeners(url: string): Promise<number> {
			const killed = await admin`
				select pg_terminate_backend(pid) from pg_stat_activity
				where datname = ${new URL(url).pathname.slice(1)}
					and (query ilike 'listen %' or application_name = 'mevi-chat listener')`;
			return killed.length;
		},
		async close() {
			await admin.end();
			await cluster.close();
			rmSync(dataDir, { recursive: true, force: true });
		},
	};
}

/**
 * Creates open sessions with messages in our tables, each of another customer; the Socket.IO server reads its
 * permissions from the same tables. The sessions wait in the queue and have a handover, so that no background work
 * for them runs during the measurement.
 */
export async function makeConversations(
	url: string,
	{ count, length = 1 }: ConversationPlan,
): Promise<Conversation[]> {
	const client = postgres(url, { max: 1, onnotice: () => {} });
	try {
		const rows = await client<{ sessionId: string; visitorId: string }[]>`
			insert into chat_sessions
				(visitor_id, status, queued_at, queue_reason, queue_deadline, handover, last_seq)
			select gen_random_uuid(), 'queued', now(), 'assistant-off', now() + interval '1 day', '{}', ${length}
			from generate_series(1, ${count})
			returning session_id as "sessionId", visitor_id as "visitorId"`;
		await client`
			insert into chat_messages (session_id, seq, sender_id, sender_type, message)
			select session_id, seq, visitor_id::text, 'user', 'Where is my parcel?'
			from chat_sessions cross join generate_series(1, ${length}) as seq`;
		await client`
			insert into chat_events (stream, seq, session_id, type, data)
			select 'public:' || session_id, seq, session_id, 'new-message', jsonb_build_object(
				'stream', 'public', 'seq', seq, 'message', jsonb_build_object(
					'id', m.id, 'sessionId', session_id, 'seq', seq, 'clientMessageId', null, 'senderType', 'user',
					'senderName', null, 'message', message, 'messageType', 'text', 'metadata', '{}'::jsonb,
					'isRead', false, 'sentAt', sent_at))
			from chat_messages m`;
		await client`analyze`;
		const { createCookie } = await import("@remix-run/node");
		const cookie = createCookie("mevi_customer");
		return await Promise.all(
			rows.map(async ({ sessionId, visitorId }) => {
				const token = await signCustomerToken({ visitorId, customerId: null });
				const setCookie = await cookie.serialize(token);
				return { sessionId, token, cookie: setCookie.split(";")[0] ?? "" };
			}),
		);
	} finally {
		await client.end();
	}
}
