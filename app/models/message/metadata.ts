import { z } from "zod/v4";

/** Maximum length of a program's metadata, in characters of JSON; files are not sent as metadata. */
const MAX_METADATA_CHARACTERS = 4_000;

/** Metadata keys that only the server sets, so that nobody else can add sources or notices to a message. */
const RESERVED_METADATA_KEYS = new Set([
	"sources",
	"cards",
	"notice",
	"offersPerson",
	"attachment",
	"queuePosition",
	"reason",
	"did",
	"proposal",
	"identify",
	"codeEntry",
	"language",
	"foreignPart",
	"translation",
	"stopped",
	"signIn",
]);

/**
 * Matches NUL and half a surrogate pair in JSON text, which Postgres cannot store. An odd number of backslashes comes
 * before the u.
 */
const UNSTORABLE_JSON_PATTERN = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** The metadata of a message that a program posts: an object of at most 4,000 characters of JSON. */
export const messageMetadata = z.record(z.string(), z.unknown()).superRefine((value, context) => {
	const refuse = (message: string) => context.addIssue({ code: "custom", message });
	const text = toJson(value);
	if (text === null || text.length > MAX_METADATA_CHARACTERS)
		return refuse("At most 4,000 characters of JSON.");
	if (UNSTORABLE_JSON_PATTERN.test(text))
		refuse("It contains a character that cannot be stored (NUL or half of one).");
	const taken = Object.keys(value).filter((name) => RESERVED_METADATA_KEYS.has(name));
	if (taken.length > 0) refuse(`Choose another name for ${taken.join(", ")}: the server writes that itself.`);
});

/** The JSON of a value; null when it is nested too deeply for JSON.stringify. */
function toJson(value: unknown): string | null {
	try {
		return JSON.stringify(value);
	} catch {
		return null;
	}
}
