import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { env } from "#app/env.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { clientNetworks } from "./client-address.server.ts";
import type { WithHeaders } from "./exchange.server.ts";

/**
 * Rate limits, counted in Postgres so that several processes count together. `duration` is in seconds. Messages are
 * not included: the statement that writes them counts them.
 */
const LIMITS = {
	/** New sessions from one address. */
	sessions: { points: 120, duration: 60 },
	/** Sign-ins of customers from one address, which many may share; each sign-in writes a row. */
	signIns: { points: 120, duration: 60 },
	/** Failed logins for one address and email: enough for typing errors, too few for guessing. */
	logins: { points: 10, duration: 15 * 60 },
	/**
	 * Login attempts for one account from all addresses. This count refuses nobody, or a stranger could lock an agent
	 * out: above it each attempt takes longer (see `signInAgent`).
	 */
	loginsOfAccount: { points: 10, duration: 15 * 60 },
	/** Login attempts from one address with any email: each costs a password hash, and many emails are guessing too. */
	loginsFromAddress: { points: 100, duration: 15 * 60 },
	/** Questions to the stateless answer endpoint from one address; each may cost money. */
	answers: { points: 60, duration: 60 },
	/** Copilot requests of one agent; each may cost money. */
	copilot: { points: 30, duration: 60 },
	/** Typing signals and receipts of one visitor. */
	notices: { points: 240, duration: 60 },
	/** Codes sent by email: requested by one visitor … */
	codesOfVisitor: { points: 5, duration: 15 * 60 },
	/** … from one network, which several customers may share … */
	codesFromAddress: { points: 30, duration: 60 * 60 },
	/** … and to one mailbox: with three attempts for each code, ten codes are thirty guesses a day at a million. */
	codesToMailbox: { points: 10, duration: 24 * 60 * 60 },
	/** Ends, ratings and requests for a person by one visitor; each writes an event for both sides. */
	changes: { points: 60, duration: 60 },
} as const;
export type LimitName = keyof typeof LIMITS;

/** The limiter expects node-postgres; this adapts the one call that it makes to our driver. */
const storeClient = {
	async query({ text, values }: { text: string; values?: (string | number)[] }) {
		const rows = await sql.unsafe(text, values);
		return { rows: [...rows], rowCount: rows.count };
	},
};

const limiters = singleton("rate-limiters", () => {
	const make = (name: LimitName) =>
		new RateLimiterPostgres({
			storeClient,
			storeType: "client",
			tableName: "rate_limits",
			tableCreated: true,
			keyPrefix: name,
			...LIMITS[name],
		});
	return Object.fromEntries((Object.keys(LIMITS) as LimitName[]).map((name) => [name, make(name)])) as Record<
		LimitName,
		RateLimiterPostgres
	>;
});

/**
 * Counts one use.
 * @param share the multiple of the limit that this key may use. @returns the number of uses in the current window.
 * @throws TooMany with the seconds to wait when the limit of the window is reached.
 */
export async function countAgainst(limit: LimitName, key: string, share = 1): Promise<number> {
	const { uses, msLeft } = await countOnly(limit, key);
	if (uses > LIMITS[limit].points * share) throw new TooMany(Math.ceil(msLeft / 1000) || 1);
	return uses;
}

/**
 * Counts one use by the sender of the request, for each of the sender's networks.
 * @param subject a second part of the key: a sender has one count for each subject.
 * @returns the number of uses from the sender's own address. @throws TooMany when a network has reached its limit.
 */
export async function countSender(request: WithHeaders, limit: LimitName, subject?: string): Promise<number> {
	const [own, ...wider] = clientNetworks(request);
	const uses = await countAgainst(limit, keyOf(own.name, subject), own.share);
	for (const { name, share } of wider) await countAgainst(limit, keyOf(name, subject), share);
	return uses;
}

/** Resets the counts of `countSender`. */
export async function forgetSender(request: WithHeaders, limit: LimitName, subject?: string): Promise<void> {
	for (const { name } of clientNetworks(request)) await limiters[limit].delete(keyOf(name, subject));
}

const keyOf = (name: string, subject?: string) => (subject === undefined ? name : `${name}|${subject}`);

/**
 * Counts one use without a limit.
 * @returns the number of uses in the current window, and the milliseconds until it ends; 0 and 0 when limits are off.
 */
export async function countOnly(limit: LimitName, key: string): Promise<{ uses: number; msLeft: number }> {
	if (env().RATE_LIMITS === "off") return { uses: 0, msLeft: 0 };
	const { consumedPoints, msBeforeNext } = await limiters[limit].penalty(key);
	return { uses: consumedPoints, msLeft: msBeforeNext };
}

/** Subtracts uses that `countOnly` counted. */
export async function uncount(limit: LimitName, key: string, uses: number): Promise<void> {
	if (env().RATE_LIMITS !== "off") await limiters[limit].reward(key, uses);
}

/**
 * What the customers behind one address may send to one process in a minute. Each customer has a limit of its own,
 * which the write counts; this one keeps somebody with many visitor ids from taking the process's time. It is
 * counted in memory, since a statement for each message would cost more than it protects. A large office, or a
 * mobile network's gateway, stays below it.
 */
const POSTS_A_MINUTE = 600;
/** UTF-16 units; 600 messages of the usual length have about 60,000. */
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
			// A share is what a wider network may use of the limit, so each use costs it so much less.
			await postLimiters.posts.consume(name, 1 / share);
			await postLimiters.characters.consume(name, text.length / share);
		} catch (refusal) {
			if (refusal instanceof RateLimiterRes) throw new TooMany(Math.ceil(refusal.msBeforeNext / 1_000) || 1);
			throw refusal;
		}
	}
}
