import type { ModelRequest, OfferedTool } from "./model-request.ts";
import type { RefusablePart, ServerBehaviour } from "./server-behaviour.ts";
import { toWireMessages } from "./wire-messages.ts";

/** The body of a chat completions request as it is sent. */
export type RequestBody = { model: string; messages: object[]; stream: true } & Record<string, unknown>;

/** Additional tokens in the reply limit of a model with reasoning, because the reasoning counts too. */
const REASONING_TOKENS = 4_000;

/** Instruction to a model that cannot be offered tools. It is needed because the rules in the prompt mention tools. */
const NO_TOOLS_INSTRUCTION =
	"No tool can be called here. Answer from the data above alone; what it does not hold you do not know.";

/** Builds the body of a request, without the parts that the server is known to refuse. */
export function buildRequestBody(
	ask: ModelRequest & { model: string },
	{
		refused,
		usesReasoning,
	}: Pick<ServerBehaviour, "usesReasoning"> & { refused: ReadonlySet<RefusablePart> },
): RequestBody {
	const { model, tools, mayCallTools, format } = ask;
	const takesChoice = !refused.has("tool_choice");
	// A server that refuses `tool_choice` is offered no tools when the model must not call tools.
	const isOffered = tools.length > 0 && !refused.has("tools") && (mayCallTools || takesChoice);
	const isFormatted = format !== undefined && !refused.has("response_format");
	const instructions = [
		...(tools.length > 0 && refused.has("tools") ? [NO_TOOLS_INSTRUCTION] : []),
		...(format && !isFormatted ? [jsonInstruction(format.schema)] : []),
	];
	const isStrict = !refused.has("strict");
	return {
		model,
		messages: toWireMessages(appendToSystemMessage(ask.messages, instructions), {
			refused,
			hasTools: isOffered,
		}),
		stream: true,
		...(refused.has("stream_options") ? {} : { stream_options: { include_usage: true } }),
		...(isOffered
			? {
					tools: tools.map((tool) => toWireTool(tool, refused)),
					...(takesChoice ? { tool_choice: mayCallTools ? "auto" : "none" } : {}),
				}
			: {}),
		...tokenLimitField(ask.maxTokens + (usesReasoning ? REASONING_TOKENS : 0), refused),
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

function tokenLimitField(tokens: number, refused: ReadonlySet<RefusablePart>) {
	if (!refused.has("max_completion_tokens")) return { max_completion_tokens: tokens };
	return refused.has("max_tokens") ? {} : { max_tokens: tokens };
}

function toWireTool({ name, description, parameters }: OfferedTool, refused: ReadonlySet<RefusablePart>) {
	return {
		type: "function",
		function: {
			name,
			description,
			parameters: refused.has("additionalProperties") ? withoutAdditionalProperties(parameters) : parameters,
			...(refused.has("strict") ? {} : { strict: true }),
		},
	};
}

function withoutAdditionalProperties(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(withoutAdditionalProperties);
	if (typeof schema !== "object" || schema === null) return schema;
	return Object.fromEntries(
		Object.entries(schema)
			.filter(([name]) => name !== "additionalProperties")
			.map(([name, value]) => [name, withoutAdditionalProperties(value)]),
	);
}

const jsonInstruction = (schema: Record<string, unknown>): string =>
	`Reply with one JSON object and nothing else: no other words and no code fence. It has this JSON Schema:\n${JSON.stringify(schema)}`;

function appendToSystemMessage(
	messages: ModelRequest["messages"],
	notes: string[],
): ModelRequest["messages"] {
	if (notes.length === 0) return messages;
	return messages.map((message) =>
		message.role === "system" ? { ...message, content: [message.content, ...notes].join("\n\n") } : message,
	);
}
