import { ProviderFault } from "../provider-fault.ts";

/** Finish reasons of a complete reply. Any other reason means that the reply is not complete. */

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
/** Finish reasons of a provider's content rules. A retry of the request has the same result. */
const REFUSED_REASON_PATTERN =
	/filter|safety|recitation|blocklist|prohibited|spii|sensitive|refus|moderation|guardrail/;
const TOO_LONG_REASON_PATTERN = /length|max_|limit/;

/**
 * Checks the finish reason of a model's reply.
 * @returns null when the reply is complete, else the fault.
 */
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
 * Whether a text looks complete although the server sent no finish reason. The check is needed because a proxy closes
 * the connection cleanly even when its server has died.
 */
export const endsLikeSentence = (text: string): boolean =>
	/[.!?…。！？؟।:)\]"'”’»*`]\s*$/u.test(text) || /\p{Extended_Pictographic}\s*$/u.test(text);
