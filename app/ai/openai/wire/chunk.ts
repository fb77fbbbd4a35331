import { z } from "zod/v4";
import { isObject } from "./arguments.ts";

/** A count that is none counts as not told; the bill is then estimated. */
const tokens = z.number().int().min(0).max(2_147_483_647).nullish().catch(null);

const words = z.string().nullish().catch(null);

/** A chunk's delta, or the message of a server that does not stream, as loosely as servers write them. */
const Delta = z.looseObject({
	content: z.unknown(),
	refusal: words,
	tool_calls: z.unknown(),
	/** The form before tools. */
	function_call: z.unknown(),
});

const Chunk = z.object({
	model: words,
	choices: z
		.array(
			z.object({
				delta: Delta.nullish(),
				message: Delta.nullish(),
				finish_reason: words,
				error: z.unknown(),
			}),
		)
		.nullish(),
	usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(null),
	error: z.unknown(),
});

export type Chunk = z.infer<typeof Chunk>;
export type Delta = z.infer<typeof Delta>;

/** Reads one chunk; null when it is none. */
export function readChunk(value: unknown): Chunk | null {
	const parsed = Chunk.safeParse(value);
	return parsed.success ? parsed.data : null;
}

const REASONING_FIELDS = [
	"reasoning_content",
	"reasoning",
	"reasoning_details",
	"reasoning_text",
	"thinking",
	"thought",
	"thoughts",
];

/** What a delta holds of the model's thoughts in a field of their own: text where it is text. */
export function reasoningOf(delta: Delta): { has: boolean; text: string } {
	const written = REASONING_FIELDS.map((field) => delta[field]).filter(
		(value) => (typeof value === "string" && value !== "") || Array.isArray(value) || isObject(value),
	);
	const text = written.find((value) => typeof value === "string");
	return { has: written.length > 0, text: typeof text === "string" ? text : "" };
}
