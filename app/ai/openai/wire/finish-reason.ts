import { ProviderFault } from "../provider-fault.ts";

/** Finish reasons of a complete answer. Any other reason means that it is not complete. */

const COMPLETE_REASONS = new Set([
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
/** Reasons of a provider's content rules; a retry has the same result. */
const REFUSED_REASON_PATTERN =
	/filter|safety|recitation|blocklist|prohibited|spii|sensitive|refus|moderation|guardrail/;
const TOO_LONG_REASON_PATTERN = /length|max_|limit/;

/** Checks a finish reason. @returns null when the reply is complete, else the fault. */
export function toFaultOfFinishReason(reason: string): ProviderFault | null {
	const folded = reason.trim().toLowerCase();
	if (COMPLETE_REASONS.has(folded)) return null;
	if (REFUSED_REASON_PATTERN.test(folded)) {
		return new ProviderFault({ reason: "refused", canRetry: false, note: "content_filter" });
	}
	const note = TOO_LONG_REASON_PATTERN.test(folded) ? "ended by length" : "ended by an error";
	return new ProviderFault({ reason: "cut", canRetry: true, note });
}

/**
 * Whether a text without a finish reason looks complete. A proxy also closes the connection cleanly when its server
 * has died.
 */
export const endsLikeSentence = (text: string): boolean =>
	/[.!?…。！？؟।:)\]"'”’»*`]\s*$/u.test(text) || /\p{Extended_Pictographic}\s*$/u.test(text);
