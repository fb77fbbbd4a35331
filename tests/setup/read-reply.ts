import { expect } from "vitest";
import { ProviderFault } from "#app/ai/openai/provider-fault.ts";
import { ReplyReader } from "#app/ai/openai/wire/reply-reader.ts";
import type { ServerBehaviour } from "#app/ai/openai/wire/server-behaviour.ts";

export const TOOLS = ["search_knowledge", "search_products", "get_order", "list_orders", "escalate"];
export const makeServerBehaviour = (over: Partial<ServerBehaviour> = {}): ServerBehaviour => ({
	refused: new Set(),
	usesReasoning: false,
	startsInReasoning: "no",
	...over,
});

export type ReadReply = { shown: string[]; text: string; calls: [string, string][]; fault: string | null };

/**
 * Reads the chunks of a model's reply as the app does. `shown` are the texts that the customer sees, one after the
 * other.
 */
export function readChunks(
	chunks: object[],
	{ finish = "stop" as string | null, tools = TOOLS, known = makeServerBehaviour(), isMarked = true } = {},
): ReadReply {
	const reader = new ReplyReader(tools, known);
	const shown: string[] = [""];
	const onText = ({ text, replacesAll }: { text: string; replacesAll: boolean }) => {
		if (replacesAll) shown.push("");
		if (text !== "") shown.push((shown.at(-1) ?? "") + text);
	};
	try {
		for (const delta of chunks) onText(reader.take({ choices: [{ delta, finish_reason: null }] }));
		if (finish !== null) onText(reader.take({ choices: [{ delta: {}, finish_reason: finish }] }));
		onText(reader.end({ isMarked }));
	} catch (error) {
		if (!(error instanceof ProviderFault)) throw error;
		return { shown, text: "", calls: [], fault: `${error.reason}${error.canRetry ? ", again" : ""}` };
	}
	const { text, toolCalls } = reader.completion();
	// The stored text must equal the text that was streamed.
	expect(shown.at(-1)).toBe(text);
	return { shown, text, calls: toolCalls.map(({ function: f }) => [f.name, f.arguments]), fault: null };
}

export const content = (text: string) => ({ content: text });
export const whole = (text: string, options?: Parameters<typeof readChunks>[1]) =>
	readChunks([content(text)], options);

/** Cuts a text at the given positions. */
export function splitAt(text: string, positions: number[]): string[] {
	const sorted = [
		0,
		...positions.map((position) => position % (text.length + 1)).sort((a, b) => a - b),
		text.length,
	];
	return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}
