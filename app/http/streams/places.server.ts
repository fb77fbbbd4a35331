import { env } from "#app/env.server.ts";
import { clientNetworks } from "#app/http/client-address.server.ts";
import { TooMany } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";

/** Open streams of one visitor in this process: every tab and frame of theirs, with room for reconnecting. */
const PLACES_A_VISITOR = 24;
/** … and of one address: an office or a mobile network's gateway is many people. */
const PLACES_AN_ADDRESS = 1_000;
const RETRY_SECONDS = 10;

const taken = singleton("stream-places", () => new Map<string, number>());

/**
 * Takes a place for an open stream, of which one reader may hold only so many.
 * @returns how to give it back. @throws TooMany
 */
export function takePlace(owner: string): () => void {
	if (env().RATE_LIMITS === "off") return () => {};
	const places: [string, number][] = [
		[`visitor ${owner}`, PLACES_A_VISITOR],
		...clientNetworks().map(({ name, share }): [string, number] => [
			`address ${name}`,
			share * PLACES_AN_ADDRESS,
		]),
	];
	for (const [key, limit] of places) {
		if ((taken.get(key) ?? 0) >= limit) {
			throw new TooMany(
				RETRY_SECONDS,
				"Too many connections are open at once. Close some tabs and try again.",
			);
		}
	}
	for (const [key] of places) taken.set(key, (taken.get(key) ?? 0) + 1);
	let isBack = false;
	return () => {
		if (isBack) return;
		isBack = true;
		for (const [key] of places) {
			const left = (taken.get(key) ?? 1) - 1;
			if (left > 0) taken.set(key, left);
			else taken.delete(key);
		}
	};
}
