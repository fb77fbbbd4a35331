import postgres from "postgres";
import { env } from "#app/env.server.ts";

const PING_EVERY_MS = 5_000;
const PING_DEADLINE_MS = 2_000;
/** Delay before each new attempt after a lost connection, by count of attempts: 0.2, 0.4, 0.8, 1.6, 2, 2 … s, times 0.5 to 1. */
const BACKOFF_FIRST_MS = 200;
const BACKOFF_LIMIT_MS = 2_000;
/** How long our own NOTIFY may take to come back before we say that LISTEN does not work here. */
const SELF_TEST_MS = 2_000;

export type Listener = {
	/** Resolves when listening, or when the first attempt failed and attempts go on in the background. */
	start(): Promise<void>;
	isHealthy(): boolean;
	stop(): Promise<void>;
};

type ListenClient = ReturnType<typeof postgres>;

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
	let client: ListenClient | null = null;
	let isListening = false;
	let isStopped = false;
	let hasFailedSelfTest = false;
	let attempts = 0;
	let pingTimer: NodeJS.Timeout | undefined;
	let retryTimer: NodeJS.Timeout | undefined;

	async function connect() {
		if (isStopped) return;
		const mine = open();
		client = mine;
		try {
			await withDeadline(mine.unsafe(`listen ${options.channel}`), 5_000);
			if (client !== mine) return;
			isListening = true;
			attempts = 0;
			options.onGap();
			schedulePing(mine);
		} catch {
			lose(mine);
		}
	}

	function open(): ListenClient {
		const url = env().LISTEN_DATABASE_URL ?? env().DATABASE_URL;
		if (!url) throw new Error("DATABASE_URL is not set.");
		const mine: ListenClient = postgres(url, {
			max: 1,
			idle_timeout: undefined,
			max_lifetime: null,
			connect_timeout: 5,
			fetch_types: false,
			onnotice: () => {},
			connection: { application_name: "mevi-chat listener" },
			onclose: () => lose(mine),
			// Part of the driver's own listen(), though not of its public types.
			...{ onnotify: (_channel: string, payload: string) => options.onPayload(payload) },
		});
		return mine;
	}

	function schedulePing(mine: ListenClient) {
		pingTimer = setTimeout(async () => {
			try {
				await withDeadline(mine`select 1`, PING_DEADLINE_MS);
				if (client === mine) schedulePing(mine);
			} catch {
				lose(mine);
			}
		}, PING_EVERY_MS);
	}

	function lose(mine: ListenClient) {
		if (client !== mine) return;
		client = null;
		isListening = false;
		clearTimeout(pingTimer);
		mine.end({ timeout: 0 }).catch(() => {});
		if (isStopped) return;
		const delay = Math.min(BACKOFF_FIRST_MS * 2 ** attempts, BACKOFF_LIMIT_MS) * (0.5 + Math.random() / 2);
		attempts += 1;
		retryTimer = setTimeout(connect, delay);
	}

	async function selfTest() {
		if (!client || !isListening) return;
		// A transaction pooler accepts LISTEN and then never delivers: only a round trip shows it.
		const channel = `${options.channel}_self_test`;
		const url = env().LISTEN_DATABASE_URL ?? env().DATABASE_URL;
		if (!url) return;
		const probe = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
		try {
			let heard = false;
			const { unlisten } = await probe.listen(channel, () => {
				heard = true;
			});
			await probe.notify(channel, "");
			const until = Date.now() + SELF_TEST_MS;
			while (!heard && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
			hasFailedSelfTest = !heard;
			await unlisten();
		} catch {
			// The database went away meanwhile; the ping will see that.
		} finally {
			await probe.end({ timeout: 0 }).catch(() => {});
		}
		if (hasFailedSelfTest) {
			console.error(
				"LISTEN does not deliver on this database connection (a transaction pooler?). Set LISTEN_DATABASE_URL to a direct connection; until then new messages are found by polling.",
			);
		}
	}

	return {
		async start() {
			await connect();
			void selfTest();
		},
		isHealthy: () => isListening && !hasFailedSelfTest,
		async stop() {
			isStopped = true;
			clearTimeout(pingTimer);
			clearTimeout(retryTimer);
			const mine = client;
			client = null;
			isListening = false;
			await mine?.end({ timeout: 1 }).catch(() => {});
		},
	};
}

async function withDeadline<Value>(work: Promise<Value>, deadlineMs: number): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`No answer within ${deadlineMs} ms.`)), deadlineMs);
	});
	try {
		return await Promise.race([work, deadline]);
	} finally {
		clearTimeout(timer);
	}
}
