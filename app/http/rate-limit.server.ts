import { RateLimiterPostgres } from "rate-limiter-flexible";
import { env } from "#app/env.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { clientNetworks } from "./client-address.server.ts";

/**
 * What a stranger may do in a span of time, counted in Postgres so that several processes count together.
 * Messages are not among these: they are counted in the statement that writes them.
 */
const LIMITS = {
	/** New conversations from one address. */
	sessions: { points: 120, duration: 60 },
	/** Customers who sign in from one address, where many may sit: each sign-in leaves a row behind. */
	signIns: { points: 120, duration: 60 },
	/** Failed logins for one address and e-mail: enough for clumsy fingers, too few to guess. */
	logins: { points: 10, duration: 15 * 60 },
	/**
	 * Logins tried for one account from anywhere. Nobody is refused by this count, or a stranger could lock an agent
	 * out: past it each try takes longer (see `signInAgent`).
	 */
	loginsOfAccount: { points: 10, duration: 15 * 60 },
	/** Logins tried from one address under any e-mail: each costs a password hash, and many e-mails are guessing too. */
	loginsFromAddress: { points: 100, duration: 15 * 60 },
	/** Questions to the stateless answer endpoint from one address: each may cost money. */
	answers: { points: 60, duration: 60 },
	/** What one agent asks of the copilot: each may cost money. */
	copilot: { points: 30, duration: 60 },
	/** Typing and reading notices of one visitor. */
	notices: { points: 240, duration: 60 },
	/** Codes sent by e-mail: asked for by one visitor … */
	codesOfVisitor: { points: 5, duration: 15 * 60 },
	/** … from one network, where several customers may sit … */
	codesFromAddress: { points: 30, duration: 60 * 60 },
	/** … and to one mailbox: with three tries a code, ten codes are thirty guesses a day at a million. */
	codesToMailbox: { points: 10, duration: 24 * 60 * 60 },
	/** Ends, ratings and calls for a person by one visitor: each is written down for both sides. */
	changes: { points: 60, duration: 60 },
} as const;
export type LimitName = keyof typeof LIMITS;

/** The limiter speaks to node-postgres; this is the one call it makes, on our driver. */
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
 * @param share how many times the limit this key may use. @returns the uses in this span.
 * @throws TooMany with the seconds to wait when the span is used up.
 */
export async function countAgainst(limit: LimitName, key: string, share = 1): Promise<number> {
	const { uses, msLeft } = await countOnly(limit, key);
	if (uses > LIMITS[limit].points * share) throw new TooMany(Math.ceil(msLeft / 1000) || 1);
	return uses;
}

/**
 * Counts one use by the sender of the request, for each network the sender is in.
 * @param subject what else the count is for: a sender has one count for each subject.
 * @returns the uses from the sender's own address. @throws TooMany when one of the networks has used its span up.
 */
export async function countSender(limit: LimitName, subject?: string): Promise<number> {
	const [own, ...wider] = clientNetworks();
	const uses = await countAgainst(limit, keyOf(own.name, subject), own.share);
	for (const { name, share } of wider) await countAgainst(limit, keyOf(name, subject), share);
	return uses;
}

/** Forgets what `countSender` counted. */
export async function forgetSender(limit: LimitName, subject?: string): Promise<void> {
	for (const { name } of clientNetworks()) await limiters[limit].delete(keyOf(name, subject));
}

const keyOf = (name: string, subject?: string) => (subject === undefined ? name : `${name}|${subject}`);

/**
 * Counts one use and refuses nobody.
 * @returns the uses in this span, and the milliseconds until it ends; 0 and 0 when limits are off.
 */
export async function countOnly(limit: LimitName, key: string): Promise<{ uses: number; msLeft: number }> {
	if (env().RATE_LIMITS === "off") return { uses: 0, msLeft: 0 };
	const { consumedPoints, msBeforeNext } = await limiters[limit].penalty(key);
	return { uses: consumedPoints, msLeft: msBeforeNext };
}

/** Takes uses back that `countOnly` counted. */
export async function takeBack(limit: LimitName, key: string, uses: number): Promise<void> {
	if (env().RATE_LIMITS !== "off") await limiters[limit].reward(key, uses);
}
