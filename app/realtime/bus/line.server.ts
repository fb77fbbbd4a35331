import { log } from "#app/http/log.server.ts";

/** Delay before each new attempt, by count of attempts: 0.2, 0.4, 0.8, 1.6, 2, 2 … s, times 0.5 to 1. */
const BACKOFF_FIRST_MS = 200;
const BACKOFF_LIMIT_MS = 2_000;
const OPEN_DEADLINE_MS = 5_000;
const PING_DEADLINE_MS = 2_000;

/** One living connection to a carrier. `close` drops it at once, whatever is under way, and never throws. */
export type Connection = { ping(): Promise<unknown>; close(): void };

export type Line<Open extends Connection> = {
	/** Resolves with the first connection, or when the first attempt has failed; attempts go on by themselves. */
	start(): Promise<void>;
	/** The connection, or null while there is none. */
	current(): Open | null;
	/** Why there is none, in words for operators; null while there is one. */
	trouble(): string | null;
	/** Drops the connection for good; nothing is left that would keep the process alive. */
	stop(): Promise<void>;
};

/**
 * Keeps a connection to a carrier, whatever happens to it: it is pinged with a deadline, since a peer that
 * froze or vanished says nothing, and made anew after a short wait. The drivers' own ways back are not used:
 * they wait up to 20 s or give up, and say nothing meanwhile.
 *
 * @param options.name what it is, for the log: no password in it.
 * @param options.open makes a connection and calls `lost` when it sees it end; may reject.
 * @param options.onOpen called after every (re)connection, when something may have been missed.
 */
export function keepLine<Open extends Connection>(options: {
	name: string;
	pingEveryMs: number;
	open: (lost: (reason?: unknown) => void) => Promise<Open>;
	onOpen: (connection: Open) => void;
}): Line<Open> {
	let connection: Open | null = null;
	let reason: string | null = "It has not been connected yet.";
	let attempt = 0;
	let failures = 0;
	let isTold = false;
	let isStopped = false;
	let timer: NodeJS.Timeout | undefined;

	async function connect() {
		attempt += 1;
		const mine = attempt;
		const lost = (why?: unknown) => lose(mine, why ?? new Error("the connection was closed"));
		const opening = options.open(lost);
		try {
			const opened = await withDeadline(opening, OPEN_DEADLINE_MS);
			if (attempt !== mine) return opened.close();
			connection = opened;
			failures = 0;
			reason = null;
			if (isTold) log.info(`${options.name} is back.`);
			isTold = false;
			options.onOpen(opened);
			schedulePing(mine, opened);
		} catch (error) {
			// It may open after the deadline, when nobody waits for it any more.
			opening.then(
				(late) => late.close(),
				() => {},
			);
			lose(mine, error);
		}
	}

	function schedulePing(mine: number, opened: Open) {
		timer = setTimeout(async () => {
			try {
				await withDeadline(opened.ping(), PING_DEADLINE_MS);
				if (attempt === mine) schedulePing(mine, opened);
			} catch (error) {
				lose(mine, error);
			}
		}, options.pingEveryMs);
	}

	function lose(mine: number, why: unknown) {
		if (attempt !== mine || isStopped) return;
		// What the old attempt still reports is no longer heard.
		attempt += 1;
		connection?.close();
		connection = null;
		reason = `${options.name} does not answer: ${describe(why)}.`;
		if (!isTold) log.warn(`${reason} New messages are found by polling until it does.`);
		isTold = true;
		clearTimeout(timer);
		const delay = Math.min(BACKOFF_FIRST_MS * 2 ** failures, BACKOFF_LIMIT_MS) * (0.5 + Math.random() / 2);
		failures += 1;
		timer = setTimeout(connect, delay);
	}

	return {
		start: connect,
		current: () => connection,
		trouble: () => reason,
		async stop() {
			isStopped = true;
			attempt += 1;
			clearTimeout(timer);
			connection?.close();
			connection = null;
			reason = "It was stopped.";
		},
	};
}

/** The address without its password, as it may be logged. */
export function publicAddress(url: string): string {
	const { protocol, hostname, port } = new URL(url);
	return `${protocol}//${hostname}${port ? `:${port}` : ""}`;
}

/** @throws Error when `work` is not done in time; what it does later is nobody's concern. */
export async function withDeadline<Value>(work: Promise<Value>, deadlineMs: number): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
	});
	try {
		return await Promise.race([work, deadline]);
	} finally {
		clearTimeout(timer);
	}
}

/** An AggregateError (a name with two addresses, say) has an empty message, but a code. */
function describe(error: unknown): string {
	if (!(error instanceof Error)) return "the connection was closed";
	const { code } = error as { code?: unknown };
	return error.message.replace(/\.$/, "") || (typeof code === "string" ? code : error.name);
}
