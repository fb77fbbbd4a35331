import Negotiator from "negotiator";
import { plainTag } from "#app/text/language-tag.ts";

/** A header of more is no reader's choice; browsers send some 50 characters. */
const MOST_CHARACTERS = 1_000;
/** Longest tag, RFC 5646, 4.4.1. */
const LONGEST_TAG = 35;

/**
 * The languages a request asks for, the most wanted first (RFC 9110, 12.5.4): by their weight, then in the order
 * written; without those of weight 0, the wildcard, and what is no language tag.
 * @returns BCP 47 tags without extensions; empty where the request names no language.
 */
export function preferredLanguages(request: Request): string[] {
	const header = request.headers.get("Accept-Language")?.slice(0, MOST_CHARACTERS);
	// Some clients write a locale ("de_DE"), which the parser would take for one long subtag.
	const negotiator = new Negotiator({ headers: { "accept-language": header?.replaceAll("_", "-") } });
	const tags = negotiator.languages().map((tag) => (tag.length > LONGEST_TAG ? null : plainTag(tag)));
	return [...new Set(tags.filter((tag) => tag !== null))];
}
