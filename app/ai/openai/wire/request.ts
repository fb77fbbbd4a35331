import { wireMessages } from "./history.ts";
import type { Refusable, ServerHabits } from "./servers.ts";
import type { Ask, OfferedTool } from "./vocabulary.ts";

/** A request's body as it goes over the wire. */
export type RequestBody = { model: string; messages: object[]; stream: true } & Record<string, unknown>;

/** More tokens for a model that thinks before it writes: its thoughts count, too. */
const TOKENS_FOR_THOUGHTS = 4_000;

/** Said to a model that cannot be offered tools, since its rules speak of them. */
const WITHOUT_TOOLS =
	"No tool can be called here. Answer from the data above alone; what it does not hold you do not know.";

/** Writes a request without anything the server is known to refuse. */
export function requestBody(
	ask: Ask & { model: string },
	{ refused, thinks }: Pick<ServerHabits, "thinks"> & { refused: ReadonlySet<Refusable> },
): RequestBody {
	const { model, tools, mayCallTools, format } = ask;
	const takesChoice = !refused.has("tool_choice");
	// Without `tool_choice` the only way to forbid calls is to offer none.
	const isOffered = tools.length > 0 && !refused.has("tools") && (mayCallTools || takesChoice);
	const isFormatted = format !== undefined && !refused.has("response_format");
	const notes = [
		...(tools.length > 0 && refused.has("tools") ? [WITHOUT_TOOLS] : []),
		...(format && !isFormatted ? [jsonInWords(format.schema)] : []),
	];
	const isStrict = !refused.has("strict");
	return {
		model,
		messages: wireMessages(withNotes(ask.messages, notes), { refused, hasTools: isOffered }),
		stream: true,
		...(refused.has("stream_options") ? {} : { stream_options: { include_usage: true } }),
		...(isOffered
			? {
					tools: tools.map((tool) => wireTool(tool, refused)),
					...(takesChoice ? { tool_choice: mayCallTools ? "auto" : "none" } : {}),
				}
			: {}),
		...tokenLimit(ask.maxTokens + (thinks ? TOKENS_FOR_THOUGHTS : 0), refused),
		...(isFormatted
			? {
					response_format: {
						type: "json_schema",
						json_schema: { ...format, ...(isStrict ? { strict: true } : {}) },
					},
				}
			: {}),
	};
}

function tokenLimit(tokens: number, refused: ReadonlySet<Refusable>) {
	if (!refused.has("max_completion_tokens")) return { max_completion_tokens: tokens };
	return refused.has("max_tokens") ? {} : { max_tokens: tokens };
}

function wireTool({ name, description, parameters }: OfferedTool, refused: ReadonlySet<Refusable>) {
	return {
		type: "function",
		function: {
			name,
			description,
			parameters: refused.has("additionalProperties") ? withoutAdditional(parameters) : parameters,
			...(refused.has("strict") ? {} : { strict: true }),
		},
	};
}

function withoutAdditional(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(withoutAdditional);
	if (typeof schema !== "object" || schema === null) return schema;
	return Object.fromEntries(
		Object.entries(schema)
			.filter(([name]) => name !== "additionalProperties")
			.map(([name, value]) => [name, withoutAdditional(value)]),
	);
}

const jsonInWords = (schema: Record<string, unknown>): string =>
	`Reply with one JSON object and nothing else: no other words and no code fence. It has this JSON Schema:\n${JSON.stringify(schema)}`;

function withNotes(messages: Ask["messages"], notes: string[]): Ask["messages"] {
	if (notes.length === 0) return messages;
	return messages.map((message) =>
		message.role === "system" ? { ...message, content: [message.content, ...notes].join("\n\n") } : message,
	);
}
