import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { sql } from "#db/client.server.ts";
import postgres from "#db/driver.ts";
import { keepConnectionOpen, type OpenConnection } from "./bus/kept-connection.server.ts";

const PING_EVERY_MS = 5_000;
/** Longest time for the process's own test NOTIFY to arrive; after it, LISTEN counts as not working. */
const SELF_TEST_MS = 2_000;
/**
 * Interval of tests while LISTEN is connected and receives nothing: a pooler that swallows notifications may have
 * been removed.
 */
const SELF_TEST_RETRY_MS = 30_000;

const NOT_DELIVERED =
	"LISTEN does not deliver on this database connection, which is what a transaction pooler such as PgBouncer does. " +
	"Set LISTEN_DATABASE_URL to a direct connection; until then new messages are found by polling.";

export type Listener = {
	/**
	 * Resolves when the connection listens, or when the first attempt to connect failed; attempts continue in the
	 * background.
	 */
	start(): Promise<void>;
	/** Whether notifications arrive: the connection is open, and it received the process's own test notification. */
	isHealthy(): boolean;
	/** Why notifications do not arrive, as text for operators; null when they arrive. */
	trouble(): string | null;
	stop(): Promise<void>;
};

/**
 * Holds the process's one Postgres connection that executes LISTEN. The driver's function `listen` is not used,
 * because it reconnects 17 s after an outage, reports nothing in between and never notices a stalled backend
 * (measured).
 *
 * @param options.onPayload receives each payload; @param options.onGap is called after every (re)connection,
 * when notifications may have been missed.
 */
export function createListener(options: {
	channel: string;
	onPayload: (payload: string) => void;
	onGap: () => void;
}): Listener {
	const testChannel = `${options.channel}_test`;
	/**
	 * Random text of the current self-test, by which a process recognises its own NOTIFY, because other processes test
	 * on the same channel.
	 */
	let expectedToken: string | null = null;
	let isReceiving = false;
	let isLogged = false;
	let testedAt = 0;

	const connection = keepConnectionOpen({
		name: "The listening database connection",
		pingEveryMs: PING_EVERY_MS,
		open,
		onOpen() {
			options.onGap();
			void selfTest();
		},
	});

	async function open(onLost: (reason?: unknown) => void): Promise<OpenConnection> {
		const url = env().LISTEN_DATABASE_URL ?? env().DATABASE_URL;
		if (!url) throw new Error("DATABASE_URL is not set");
		isReceiving = false;
		const client = postgres(url, {
			max: 1,
			idle_timeout: undefined,
			max_lifetime: null,
			connect_timeout: 5,
			fetch_types: false,
			prepare: false,
			onnotice: () => {},
			connection: { application_name: "mevi-chat listener" },
			onclose: () => onLost(),
			// The driver's own listen() uses this option, which is missing in the driver's public types.
			...{
				onnotify(channel: string, payload: string) {
					if (channel !== testChannel) options.onPayload(payload);
					else if (payload === expectedToken) expectedToken = null;
				},
			},
		});
		const close = () => void client.end({ timeout: 0 }).catch(() => {});
		try {
			await client.unsafe(`listen ${options.channel}; listen ${testChannel}`);
		} catch (error) {
			close();
			throw error;
		}
		return {
			async ping() {
				await client`select 1`;
				if (!isReceiving && Date.now() - testedAt > SELF_TEST_RETRY_MS) void selfTest();
			},
			close,
		};
	}

	/**
	 * Tests whether notifications arrive. A transaction pooler accepts LISTEN and then delivers nothing; only a NOTIFY
	 * that returns shows that LISTEN works. The NOTIFY is sent through the connections of queries, so that a
	 * LISTEN_DATABASE_URL of another database is detected too.
	 */
	async function selfTest() {
		testedAt = Date.now();
		const tested = connection.current();
		const token = randomUUID();
		expectedToken = token;
		try {
			await sql`select pg_notify(${testChannel}, ${token})`;
		} catch {
			// The database cannot be reached, so the result of the self-test is unknown; the next ping tests again.
			testedAt = 0;
			return;
		}
		const until = Date.now() + SELF_TEST_MS;
		while (expectedToken === token && connection.current() === tested && Date.now() < until) await delay(20);
		if (connection.current() !== tested) return;
		isReceiving = expectedToken !== token;
		if (!isReceiving && !isLogged) log.error(NOT_DELIVERED);
		if (isReceiving && isLogged) log.info("LISTEN delivers again.");
		isLogged = !isReceiving;
	}

	return {
		start: connection.start,
		isHealthy: () => connection.current() !== null && isReceiving,
		trouble: () =>
			connection.trouble() ?? (isLogged ? NOT_DELIVERED : isReceiving ? null : "LISTEN is being tested."),
		stop: connection.stop,
	};
}
