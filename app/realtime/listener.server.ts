import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { sql } from "#db/client.server.ts";
import { type Connection, keepLine } from "./bus/line.server.ts";

const PING_EVERY_MS = 5_000;
/** How long our own NOTIFY may take to come back before we say that LISTEN does not work here. */
const SELF_TEST_MS = 2_000;
/** A listener that is connected and deaf tries again this often: the pooler in between may have gone. */
const DEAF_RETRY_MS = 30_000;

const DEAF =
	"LISTEN does not deliver on this database connection, which is what a transaction pooler such as PgBouncer does. " +
	"Set LISTEN_DATABASE_URL to a direct connection; until then new messages are found by polling.";

export type Listener = {
	/** Resolves when listening, or when the first attempt failed and attempts go on in the background. */
	start(): Promise<void>;
	/** Whether notifications arrive: connected, and our own has come back. */
	isHealthy(): boolean;
	/** Why not, in words for operators; null when they arrive. */
	trouble(): string | null;
	stop(): Promise<void>;
};

/**
 * Holds the one connection that LISTENs. It is our own, and not the driver's `listen`, because that one
 * came back 17 s after an outage, said nothing in between and never noticed a backend that had stalled.
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
	/** What the self-test under way waits for; other processes test on the same channel. */
	let awaited: string | null = null;
	let isHearing = false;
	let isToldDeaf = false;
	let testedAt = 0;

	const line = keepLine({
		name: "The listening database connection",
		pingEveryMs: PING_EVERY_MS,
		open,
		onOpen() {
			options.onGap();
			void selfTest();
		},
	});

	async function open(lost: (reason?: unknown) => void): Promise<Connection> {
		const url = env().LISTEN_DATABASE_URL ?? env().DATABASE_URL;
		if (!url) throw new Error("DATABASE_URL is not set");
		isHearing = false;
		const client = postgres(url, {
			max: 1,
			idle_timeout: undefined,
			max_lifetime: null,
			connect_timeout: 5,
			fetch_types: false,
			prepare: false,
			onnotice: () => {},
			connection: { application_name: "mevi-chat listener" },
			onclose: () => lost(),
			// Part of the driver's own listen(), though not of its public types.
			...{
				onnotify(channel: string, payload: string) {
					if (channel !== testChannel) options.onPayload(payload);
					else if (payload === awaited) awaited = null;
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
				if (!isHearing && Date.now() - testedAt > DEAF_RETRY_MS) void selfTest();
			},
			close,
		};
	}

	/**
	 * A transaction pooler accepts LISTEN and then delivers nothing: only a round trip shows it. The NOTIFY
	 * goes out through the pool, so that a LISTEN_DATABASE_URL of another database is found out as well.
	 */
	async function selfTest() {
		testedAt = Date.now();
		const tested = line.current();
		const token = randomUUID();
		awaited = token;
		try {
			await sql`select pg_notify(${testChannel}, ${token})`;
		} catch {
			// The pool cannot reach the database: nobody knows yet, and the next ping asks again.
			testedAt = 0;
			return;
		}
		const until = Date.now() + SELF_TEST_MS;
		while (awaited === token && line.current() === tested && Date.now() < until)
			await new Promise((resolve) => setTimeout(resolve, 20));
		if (line.current() !== tested) return;
		isHearing = awaited !== token;
		if (!isHearing && !isToldDeaf) log.error(DEAF);
		if (isHearing && isToldDeaf) log.info("LISTEN delivers again.");
		isToldDeaf = !isHearing;
	}

	return {
		start: line.start,
		isHealthy: () => line.current() !== null && isHearing,
		trouble: () => line.trouble() ?? (isToldDeaf ? DEAF : isHearing ? null : "LISTEN is being tested."),
		stop: line.stop,
	};
}
