import { z } from "zod/v4";
import { hasVisibleText } from "#app/text/visible-text.ts";

/** Maximum length of a message in UTF-16 units, after its line ends were normalised. */
export const MESSAGE_LIMIT = 10_000;

/**
 * The schema of a message's text: it has visible text and no NUL, which Postgres cannot store. Line ends become LF (a
 * plain form sends CRLF), and unpaired surrogates become replacement characters, because Postgres rejects them.
 */
export const messageText = z
	.string({ error: "Write a message first." })
	.transform((text) => text.replace(/\r\n?/g, "\n").toWellFormed())
	.refine(hasVisibleText, { error: "Write a message first.", abort: true })
	.refine((text) => !text.includes("\0"), {
		error: "The message contains a character that cannot be stored (NUL).",
	})
	.refine((text) => text.length <= MESSAGE_LIMIT, {
		error: `A message may have at most ${MESSAGE_LIMIT.toLocaleString("en")} characters. Please split it in two.`,
	});

/** The schema of a client message id, with which a message that is sent twice is written once. */
export const clientMessageId = z
	.string()
	.min(1)
	.max(100)
	.regex(/^[\x21-\x7e]+$/, { error: "Use 1 to 100 visible ASCII characters." });
