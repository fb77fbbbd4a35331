import { ProviderFault } from "../provider-fault.ts";

/** Why servers say a reply ended. Everything that is not here is no whole answer. */

const WHOLE = new Set([
	"stop",
	"tool_calls",
	"tool_call",
	"function_call",
	"tool_use",
	"end_turn",
	"stop_sequence",
	"end",
	"eos",
	"eos_token",
	"complete",
	"completed",
	"finished",
	"done",
]);
/** The provider's own rules stopped it; asking again brings the same. */
const REFUSED = /filter|safety|recitation|blocklist|prohibited|spii|sensitive|refus|moderation|guardrail/;
const TOO_LONG = /length|max_|limit/;

/**
 * Checks the reason a server gave for the end.
 * @returns null when the reply is whole, else the fault it is.
 */
export function faultOfReason(reason: string): ProviderFault | null {
	const folded = reason.trim().toLowerCase();
	if (WHOLE.has(folded)) return null;
	if (REFUSED.test(folded)) {
		return new ProviderFault({ reason: "refused", canRetry: false, note: "content_filter" });
	}
	const note = TOO_LONG.test(folded) ? "ended by length" : "ended by an error";
	return new ProviderFault({ reason: "cut", canRetry: true, note });
}

/**
 * Whether a text that ended without a word about its end looks whole: a proxy closes the connection just as
 * politely when the server behind it has died.
 */
export const endsLikeASentence = (text: string): boolean =>
	/[.!?…。！？؟।:)\]"'”’»*`]\s*$/u.test(text) || /\p{Extended_Pictographic}\s*$/u.test(text);
