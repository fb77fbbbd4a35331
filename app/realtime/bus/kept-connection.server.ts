import { backoffMs, withJitter } from "#app/backoff.ts";
import { log } from "#app/http/log.server.ts";

/**
 * Delay before each attempt to reconnect, by number of failed attempts: 0.2, 0.4, 0.8, 1.6, 2, 2 … s, times a random
 * 0.5 to 1.
 */
const RECONNECT_BACKOFF = { firstMs: 200, maxMs: 2_000 };
const OPEN_DEADLINE_MS = 5_000;
const PING_DEADLINE_MS = 2_000;

/** An open connection to a server. `close` ends the connection immediately, also during a request, and never throws. */
export type OpenConnection = { ping(): Promise<unknown>; close(): void };

export type ReconnectingConnection<Open extends OpenConnection> = {
	/** Resolves when the first attempt to connect has succeeded or failed; attempts continue automatically. */
	start(): Promise<void>;
	/** The open connection, or null while there is none. */
	current(): Open | null;
	/** Why there is no connection, as text for operators; null while there is one. */
	trouble(): string | null;
	/** Closes the connection permanently; no timer or socket remains that would keep the process running. */
	stop(): Promise<void>;
};

/**
 * Keeps a connection to a server open. The server is pinged with a time limit, because a frozen or vanished server
 * sends no error. A lost connection is opened again after a short delay. The reconnect functions of the drivers are
 * not used, because they wait up to 20 s or give up, and report nothing until then.
 *
 * @param options.name name of the connection for the log, without a password.
 * @param options.pingEveryMs interval between pings, in ms.
 * @param options.open opens a connection and calls `onLost` when the connection ends; may reject.
 * @param options.onOpen called after every (re)connection, when messages may have been missed.
 */
export function keepConnectionOpen<Open extends OpenConnection>(options: {
	name: string;
	pingEveryMs: number;
	open: (onLost: (reason?: unknown) => void) => Promise<Open>;
	onOpen: (connection: Open) => void;
}): ReconnectingConnection<Open> {
	let connection: Open | null = null;
	let reason: string | null = "It has not been connected yet.";
	let attempt = 0;
	let failures = 0;
	let isLogged = false;
	let isStopped = false;
	let timer: NodeJS.Timeout | undefined;

	async function connect() {
		attempt += 1;
		const ownAttempt = attempt;
		const onLost = (why?: unknown) => disconnect(ownAttempt, why ?? new Error("the connection was closed"));
		const opening = options.open(onLost);
		try {
			const opened = await withDeadline(opening, OPEN_DEADLINE_MS);
			if (attempt !== ownAttempt) return opened.close();
			connection = opened;
			failures = 0;
			reason = null;
			if (isLogged) log.info(`${options.name} is back.`);
			isLogged = false;
			options.onOpen(opened);
			schedulePing(ownAttempt, opened);
		} catch (error) {
			// A connection that opens after its time limit must be closed.
			opening.then(
				(openedLate) => openedLate.close(),
				() => {},
			);
			disconnect(ownAttempt, error);
		}
	}

	function schedulePing(ownAttempt: number, opened: Open) {
		timer = setTimeout(async () => {
			try {
				await withDeadline(opened.ping(), PING_DEADLINE_MS);
				if (attempt === ownAttempt) schedulePing(ownAttempt, opened);
			} catch (error) {
				disconnect(ownAttempt, error);
			}
		}, options.pingEveryMs);
	}

	function disconnect(ownAttempt: number, why: unknown) {
		if (attempt !== ownAttempt || isStopped) return;
		// Later reports of an earlier attempt to connect are ignored.
		attempt += 1;
		connection?.close();
		connection = null;
		reason = `${options.name} does not answer: ${describeConnectionError(why)}.`;
		if (!isLogged) log.warn(`${reason} New messages are found by polling until it does.`);
		isLogged = true;
		clearTimeout(timer);
		failures += 1;
		timer = setTimeout(connect, withJitter(backoffMs(RECONNECT_BACKOFF, failures)));
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

/** The URL of a server without user and password, for the log. */
export function removeCredentials(url: string): string {
	const { protocol, hostname, port } = new URL(url);
	return `${protocol}//${hostname}${port ? `:${port}` : ""}`;
}

/**
 * Waits for the promise `work`. @param deadlineMs longest wait in ms. @throws Error after that time; `work` is not
 * cancelled.
 */
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

/**
 * The text of a connection error. An AggregateError (for example of a host name with two addresses) has an empty
 * message, but a code.
 */
function describeConnectionError(error: unknown): string {
	if (!(error instanceof Error)) return "the connection was closed";
	const { code } = error as { code?: unknown };
	return error.message.replace(/\.$/, "") || (typeof code === "string" ? code : error.name);
}
