import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { env } from "#app/env.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { clientNetworks } from "./client-address.server.ts";
import type { WithHeaders } from "./exchange.server.ts";

/**
 * What the customers behind one address may send to one process in a minute. Each customer has a limit of its own,
 * which the write counts; this one keeps somebody with many visitor ids from taking the process's time. It is
 * counted in memory, since a statement for each message would cost more than it protects. A large office, or a
 * mobile network's gateway, stays below it.
 */
const POSTS_A_MINUTE = 600;
/** UTF-16 units; 600 messages of the usual length have about 60,000. */
const CHARACTERS_A_MINUTE = 300_000;

const limiters = singleton("post-limiters", () => ({
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
			await limiters.posts.consume(name, 1 / share);
			await limiters.characters.consume(name, text.length / share);
		} catch (refusal) {
			if (refusal instanceof RateLimiterRes) throw new TooMany(Math.ceil(refusal.msBeforeNext / 1_000) || 1);
			throw refusal;
		}
	}
}
