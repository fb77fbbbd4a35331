import { z } from "zod/v4";
import { hasVisibleText } from "#app/text/visible-text.ts";

/** Longest message in UTF-16 units, counted after line ends are made alike. */
export const MESSAGE_LIMIT = 10_000;

/**
 * A message as it came in, made fit to store: something to see in it, one kind of line end (a plain form sends
 * CRLF), whole characters only (half a surrogate pair is no text to Postgres), and no NUL, which it cannot hold.
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

/** The name a client gave its message, so that sending it twice writes it once. */
export const clientMessageId = z
	.string()
	.min(1)
	.max(100)
	.regex(/^[\x21-\x7e]+$/, { error: "Use 1 to 100 visible ASCII characters." });
