import { env } from "#app/env.server.ts";
import { clientNetworks } from "#app/http/client-address.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";

/** Maximum number of open streams of one visitor in this process: all tabs and frames, with room for reconnecting. */
const SLOTS_PER_VISITOR = 24;
/**
 * Maximum number of open streams of one network address: an office or a mobile network's gateway serves many people.
 */
const SLOTS_PER_ADDRESS = 1_000;
const RETRY_SECONDS = 10;

const slotCounts = singleton("stream-slots", () => new Map<string, number>());

/**
 * Acquires a slot for an open stream. The number of slots is limited for each owner and each network address.
 * @returns a function that releases the slot; repeated calls do nothing.
 * @throws TooMany when no slot is free
 */
export function acquireStreamSlot(request: WithHeaders, owner: string): () => void {
	if (env().RATE_LIMITS === "off") return () => {};
	const limits: [string, number][] = [
		[`visitor ${owner}`, SLOTS_PER_VISITOR],
		...clientNetworks(request).map(({ name, share }): [string, number] => [
			`address ${name}`,
			share * SLOTS_PER_ADDRESS,
		]),
	];
	for (const [key, limit] of limits) {
		if ((slotCounts.get(key) ?? 0) >= limit) {
			throw new TooMany(
				RETRY_SECONDS,
				"Too many connections are open at once. Close some tabs and try again.",
			);
		}
	}
	for (const [key] of limits) slotCounts.set(key, (slotCounts.get(key) ?? 0) + 1);
	let isReleased = false;
	return () => {
		if (isReleased) return;
		isReleased = true;
		for (const [key] of limits) {
			const remaining = (slotCounts.get(key) ?? 1) - 1;
			if (remaining > 0) slotCounts.set(key, remaining);
			else slotCounts.delete(key);
		}
	};
}
