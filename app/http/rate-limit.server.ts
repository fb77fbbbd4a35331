import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { env } from "#app/env.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { clientNetworks } from "./client-address.server.ts";
import type { WithHeaders } from "./exchange.server.ts";

/**
 * Rate limits, counted in Postgres so that several processes count together. `duration` is in seconds. There is no
 * limit for messages here, because the statement that writes a message counts it.
 */
const RATE_LIMITS = {
	/** New chat sessions from one IP address. */
	sessions: { points: 120, duration: 60 },
	/** Sign-ins of customers from one IP address, which many customers may share; each sign-in writes a row. */
	signIns: { points: 120, duration: 60 },
	/**
	 * Failed logins of agents from one IP address with any email address, because each attempt costs a password hash, and
	 * trying many email addresses is guessing too.
	 */
	loginsFromAddress: { points: 100, duration: 15 * 60 },
	/** Failed logins in a browser in which the agent has signed in before. `admitLoginAttempt` has the rules for logins. */
	loginsOfBrowser: { points: 10, duration: 15 * 60 },
	/**
	 * Failed logins of agents from one network with one email address, in browsers that the account does not know; so many
	 * count as typing errors.
	 */
	loginsFromNetwork: { points: 3, duration: 15 * 60 },
	/**
	 * Failed logins for one agent's account from all networks, in browsers that the account does not know, before the
	 * attempts take turns.
	 */
	loginsOfAccount: { points: 10, duration: 60 * 60 },
	/**
	 * Questions to the API endpoint that answers without a session, from one IP address; each question may cost money.
	 */
	answers: { points: 60, duration: 60 },
	/** Requests of one agent to the copilot; each request may cost money. */
	copilot: { points: 30, duration: 60 },
	/** Typing signals and receipts of one visitor. */
	notices: { points: 240, duration: 60 },
	/** Emailed codes that one visitor requests. */
	codesOfVisitor: { points: 5, duration: 15 * 60 },
	/** Emailed codes that are requested from one network, which several customers may share. */
	codesFromAddress: { points: 30, duration: 60 * 60 },
	/**
	 * Emailed codes that are sent to one email address. With three attempts for each code, ten codes a day allow thirty
	 * guesses among a million codes.
	 */
	codesToMailbox: { points: 10, duration: 24 * 60 * 60 },
	/**
	 * Ended sessions, ratings and requests for an agent by one visitor; each of them writes an event for customer and
	 * agent.
	 */
	changes: { points: 60, duration: 60 },
} as const;
export type LimitName = keyof typeof RATE_LIMITS;

/** Number of uses that a limit allows in its time window, for code that does something else than refuse. */
export const allowedUses = (limit: LimitName): number => RATE_LIMITS[limit].points;

/**
 * The rate limiter expects the driver node-postgres. This object adapts the one function that the limiter calls to
 * our driver.
 */
const storeClient = {
	async query({ text, values }: { text: string; values?: (string | number)[] }) {
		const rows = await sql.unsafe(text, values);
		return { rows: [...rows], rowCount: rows.count };
	},
};

const rateLimiters = singleton("rate-limiters", () => {
	const make = (name: LimitName) =>
		new RateLimiterPostgres({
			storeClient,
			storeType: "client",
			tableName: "rate_limits",
			tableCreated: true,
			keyPrefix: name,
			...RATE_LIMITS[name],
		});
	return Object.fromEntries(
		(Object.keys(RATE_LIMITS) as LimitName[]).map((name) => [name, make(name)]),
	) as Record<LimitName, RateLimiterPostgres>;
});

/**
 * Counts one use of a rate limit.
 * @param share factor by which this key's limit is larger than the normal limit. @returns the number of uses in the
 * current time window.
 * @throws TooMany with the seconds to wait when the limit of the window is reached.
 */
export async function countAgainst(limit: LimitName, key: string, share = 1): Promise<number> {
	const { uses, msLeft } = await countOnly(limit, key);
	if (uses > RATE_LIMITS[limit].points * share) throw new TooMany(Math.ceil(msLeft / 1000) || 1);
	return uses;
}

/**
 * Counts one use of a rate limit by the sender of a request, for each of the sender's networks.
 * @throws TooMany when a network has reached its limit.
 */
export async function countSender(request: WithHeaders, limit: LimitName): Promise<void> {
	for (const { name, share } of clientNetworks(request)) await countAgainst(limit, name, share);
}

/** Subtracts one use that `countSender` counted. */
export async function subtractSender(request: WithHeaders, limit: LimitName): Promise<void> {
	for (const { name } of clientNetworks(request)) await subtractUses(limit, name, 1);
}

/**
 * Counts one use, and refuses nothing.
 * @returns the number of uses in the current time window, and the milliseconds until the window ends; 0 and 0 when
 * limits are off.
 */
export async function countOnly(limit: LimitName, key: string): Promise<{ uses: number; msLeft: number }> {
	if (env().RATE_LIMITS === "off") return { uses: 0, msLeft: 0 };
	const { consumedPoints, msBeforeNext } = await rateLimiters[limit].penalty(key);
	return { uses: consumedPoints, msLeft: msBeforeNext };
}

/** Subtracts uses that `countOnly` counted. */
export async function subtractUses(limit: LimitName, key: string, uses: number): Promise<void> {
	if (env().RATE_LIMITS !== "off") await rateLimiters[limit].reward(key, uses);
}

/**
 * Reserves the next of a key's turns, which follow each other in a fixed time for all processes together. This is the
 * generic cell rate algorithm (ITU-T I.371): the row's `expire` is the theoretical arrival time of the next use.
 * @param options.turnMs time between this turn and the next one, in ms; 0 when there are no turns.
 * @param options.maxWaitMs no turn is reserved when it would begin later than this, in ms.
 * @returns milliseconds until the turn begins; null when no turn was reserved.
 */
export async function reserveTurn(
	key: string,
	{ turnMs, maxWaitMs }: { turnMs: number; maxWaitMs: number },
): Promise<number | null> {
	if (env().RATE_LIMITS === "off" || turnMs === 0) return 0;
	const [row] = await sql<{ waitMs: number }[]>`
		with clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now)
		insert into rate_limits as turn (key, points, expire)
		select ${key}, 1, now + ${turnMs}::int from clock
		on conflict (key) do update
			set points = turn.points + 1, expire = greatest(turn.expire, excluded.expire - ${turnMs}::int) + ${turnMs}::int
			where turn.expire <= excluded.expire - ${turnMs}::int + ${maxWaitMs}::int
		returning (expire - ${turnMs}::int - (select now from clock))::int as "waitMs"`;
	return row ? Math.max(0, row.waitMs) : null;
}

/**
 * Most messages that the customers behind one IP address may send to one process in a minute. Each customer also has
 * an own limit, which the statement that writes a message counts. This limit stops somebody who uses many visitor
 * ids. It is counted in memory, because a database statement for each message would cost too much. A large office, or
 * the gateway of a mobile network, stays below the limit.
 */
const POSTS_A_MINUTE = 600;
/**
 * Most characters (UTF-16 units) that the customers behind one IP address may send to one process in a minute; 600
 * messages of the usual length have about 60,000.
 */
const CHARACTERS_A_MINUTE = 300_000;

const postLimiters = singleton("post-limiters", () => ({
	posts: new RateLimiterMemory({ keyPrefix: "posts", points: POSTS_A_MINUTE, duration: 60 }),
	characters: new RateLimiterMemory({ keyPrefix: "characters", points: CHARACTERS_A_MINUTE, duration: 60 }),
}));

/**
 * Counts a customer's message by the networks its sender is in.
 * @throws TooMany with the seconds to wait when the minute's messages or characters are used up.
 */
export async function countPost(request: WithHeaders, text: string): Promise<void> {
	if (env().RATE_LIMITS === "off") return;
	for (const { name, share } of clientNetworks(request)) {
		try {
			// A wide network may send `share` times as much as one IP address, so each of its messages is counted divided
			// by `share`.
			await postLimiters.posts.consume(name, 1 / share);
			await postLimiters.characters.consume(name, text.length / share);
		} catch (refusal) {
			if (refusal instanceof RateLimiterRes) throw new TooMany(Math.ceil(refusal.msBeforeNext / 1_000) || 1);
			throw refusal;
		}
	}
}
