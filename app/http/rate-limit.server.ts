import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { env } from "#app/env.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";

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

/** Counts one use. @throws TooMany with the seconds to wait when the span is used up. */
export async function countAgainst(limit: LimitName, key: string): Promise<void> {
	if (env().RATE_LIMITS === "off") return;
	try {
		await limiters[limit].consume(key);
	} catch (refusal) {
		if (refusal instanceof RateLimiterRes) throw new TooMany(Math.ceil(refusal.msBeforeNext / 1000) || 1);
		throw refusal;
	}
}

/** Forgets what was counted, as after a login that succeeded. */
export async function forgetCount(limit: LimitName, key: string): Promise<void> {
	await limiters[limit].delete(key);
}
