import { z } from "zod/v4";

/** Enough for a program's own marks on a message; files have their own way. */
const LIMIT = 4_000;

/** What the server itself says about a message: nobody else may make a message cite or announce anything. */
const RESERVED = new Set([
	"sources",
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

/** NUL, and half of a surrogate pair, as JSON.stringify writes them: an odd backslash before the u. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** A program's marks on a message it posts: an object of at most 4,000 characters of JSON. */
export const messageMetadata = z.record(z.string(), z.unknown()).superRefine((value, context) => {
	const refuse = (message: string) => context.addIssue({ code: "custom", message });
	const text = toJson(value);
	if (text === null || text.length > LIMIT) return refuse("At most 4,000 characters of JSON.");
	if (UNSTORABLE.test(text)) refuse("It contains a character that cannot be stored (NUL or half of one).");
	const taken = Object.keys(value).filter((name) => RESERVED.has(name));
	if (taken.length > 0) refuse(`Choose another name for ${taken.join(", ")}: the server writes that itself.`);
});

/** Null where the nesting is too deep to be written at all. */
function toJson(value: unknown): string | null {
	try {
		return JSON.stringify(value);
	} catch {
		return null;
	}
}
