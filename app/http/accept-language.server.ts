import Negotiator from "negotiator";
import { normaliseTag } from "#app/text/language-tag.ts";
import type { WithHeaders } from "./exchange.server.ts";

/** Longest part of the header Accept-Language that is read; browsers send about 50 characters. */
const MAX_HEADER_LENGTH = 1_000;
/** Longest language tag (RFC 5646, 4.4.1). */
const MAX_TAG_LENGTH = 35;

/**
 * The languages that a request prefers, best first (RFC 9110, 12.5.4), sorted by weight and then by position.
 * Languages of weight 0, the wildcard, and text that is not a language tag are left out.
 * @returns BCP 47 tags without extensions; empty when the request names no language.
 */
export function preferredLanguages(request: WithHeaders): string[] {
	const header = request.headers.get("Accept-Language")?.slice(0, MAX_HEADER_LENGTH);
	// Some clients write a locale ("de_DE"), which the parser would read as one long subtag.
	const negotiator = new Negotiator({ headers: { "accept-language": header?.replaceAll("_", "-") } });
	const tags = negotiator.languages().map((tag) => (tag.length > MAX_TAG_LENGTH ? null : normaliseTag(tag)));
	return [...new Set(tags.filter((tag) => tag !== null))];
}
