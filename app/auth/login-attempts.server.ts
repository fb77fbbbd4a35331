import { setTimeout as delay } from "node:timers/promises";
import { widestNetwork } from "#app/http/client-address.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import {
	allowedUses,
	countOnly,
	countSender,
	reserveTurn,
	subtractSender,
	subtractUses,
} from "#app/http/rate-limit.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { readKnownBrowserId } from "./known-browser.server.ts";

/**
 * Which login attempts are checked, and when. The rule, with its reasons, is in docs/decisions/004-agent-login.md.
 */

/** Growth of the time between two turns with each failed attempt for the account, and its limit; milliseconds. */
const TURN_STEP_MS = 250;
export const MAX_TURN_MS = 10_000;
/** Longest time in ms that an attempt waits for its turn; an attempt that would wait longer is refused. */
const MAX_WAIT_MS = 30_000;

/** An admitted login attempt. It is counted as failed until `succeed` is called. */
export type LoginAttempt = {
	/** Removes the attempt, and the failed attempts of its browser or network, from the counts of its account. */
	succeed: () => Promise<void>;
};

/**
 * Admits a login attempt, waiting for its turn.
 * @param account the hash of the account's email address; accounts that do not exist are treated equally.
 * @throws TooMany with the seconds to wait: after a hundred failures from one address (IPv6: a /64, and four times as
 * many from its /56) in 15 minutes, or when the account's next turns are taken. Known browsers are not refused before
 * their own limit.
 */
export async function admitLoginAttempt(request: WithHeaders, account: string): Promise<LoginAttempt> {
	const browserId = await readKnownBrowserId(request, account);
	return (browserId && (await admitKnownBrowser(browserId))) || admitUnknownBrowser(request, account);
}

async function admitKnownBrowser(browserId: string): Promise<LoginAttempt | null> {
	const { uses } = await countOnly("loginsOfBrowser", browserId);
	if (uses > allowedUses("loginsOfBrowser")) return null;
	return { succeed: () => subtractUses("loginsOfBrowser", browserId, uses) };
}

async function admitUnknownBrowser(request: WithHeaders, account: string): Promise<LoginAttempt> {
	await countSender(request, "loginsFromAddress");
	const network = `${widestNetwork(request)}|${account}`;
	const { uses: usesOfNetwork } = await countOnly("loginsFromNetwork", network);
	const { uses: usesOfAccount } = await countOnly("loginsOfAccount", account);
	const uncount = async (usesToSubtract: number) => {
		await subtractSender(request, "loginsFromAddress");
		await subtractUses("loginsFromNetwork", network, usesToSubtract);
		await subtractUses("loginsOfAccount", account, usesToSubtract);
	};
	// Networks that only made typing errors take turns among themselves, so that a few networks that guess without pause
	// do not take the turns of the agent.
	const lane = usesOfNetwork <= allowedUses("loginsFromNetwork") + 1 ? "first" : "repeated";
	const waitMs = await reserveTurn(`loginTurn:${lane}|${account}`, {
		turnMs: turnMsAfter(usesOfAccount),
		maxWaitMs: MAX_WAIT_MS,
	});
	if (waitMs === null) {
		// The attempt was not checked, so it is not a failed one.
		await uncount(1);
		throw new TooMany(
			MAX_WAIT_MS / 1_000,
			"Somebody is trying many passwords for this account. Please try again in half a minute, or use a browser in which you have signed in before.",
		);
	}
	if (waitMs > 0) await delay(waitMs);
	return { succeed: () => uncount(usesOfNetwork) };
}

/**
 * The time between the turns of an account's attempts, in ms.
 * @param attempts number of the attempt among those from unknown browsers in the time window.
 */
export const turnMsAfter = (attempts: number): number =>
	Math.min(MAX_TURN_MS, TURN_STEP_MS * Math.max(0, attempts - allowedUses("loginsOfAccount")));
