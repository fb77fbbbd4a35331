import { z } from "zod/v4";
import { isObject } from "./json-arguments.ts";

/** Schema of a token count. An invalid count is treated as missing; the usage is then estimated. */
const tokenCount = z.number().int().min(0).max(2_147_483_647).nullish().catch(null);

const optionalText = z.string().nullish().catch(null);

/** The delta of a streamed chunk, or the whole message of a server that does not stream. */
const Delta = z.looseObject({
	content: z.unknown(),
	refusal: optionalText,
	tool_calls: z.unknown(),
	/** The field for a tool call in OpenAI's older format, before `tool_calls`. */
	function_call: z.unknown(),
});

const Chunk = z.object({
	model: optionalText,
	choices: z
		.array(
			z.object({
				delta: Delta.nullish(),
				message: Delta.nullish(),
				finish_reason: optionalText,
				error: z.unknown(),
			}),
		)
		.nullish(),
	usage: z.object({ prompt_tokens: tokenCount, completion_tokens: tokenCount }).nullish().catch(null),
	error: z.unknown(),
});

export type Chunk = z.infer<typeof Chunk>;
export type Delta = z.infer<typeof Delta>;

/** Parses one chunk of a model's streamed reply; null when the chunk is invalid. */
export function parseChunk(value: unknown): Chunk | null {
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

/** Finds the model's reasoning in the fields that servers have for it in a delta. */
export function findReasoning(delta: Delta): { has: boolean; text: string } {
	const written = REASONING_FIELDS.map((field) => delta[field]).filter(
		(value) => (typeof value === "string" && value !== "") || Array.isArray(value) || isObject(value),
	);
	const text = written.find((value) => typeof value === "string");
	return { has: written.length > 0, text: typeof text === "string" ? text : "" };
}
