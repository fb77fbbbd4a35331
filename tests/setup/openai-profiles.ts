import type { ServerResponse } from "node:http";
import { type CapturedRequest, type Reply, writeChunk, writeData } from "./openai-server.ts";

/**
 * Differences of other model servers from OpenAI's, as their documentation and bug trackers describe them: what a
 * server refuses and in which form, and the form of its replies.
 */

type Body = CapturedRequest["body"] & Record<string, unknown>;
type Call = { name: string; arguments: Record<string, string> };

export type Profile = {
	name: string;
	/** The status and body with which the model server refuses a request, or null. */
	refuse: (body: Body) => [status: number, body: object | string] | null;
	/** Replies to a request with a tool call. */
	call: (response: ServerResponse, call: Call) => void;
	/** Replies to a request with text. */
	sendText: (response: ServerResponse, text: string) => void;
	/** Fields that must be missing in the request that the server finally accepts. */
	without?: string[];
};

const openAiError = (message: string, more: object = {}): object => ({
	error: { message, type: "invalid_request_error", param: null, code: null, ...more },
});
const unknownParameter = (param: string): [number, object] => [
	400,
	openAiError(`Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" }),
];
const extraForbidden = (...loc: (string | number)[]): [number, object] => [
	422,
	{
		object: "error",
		message: { detail: [{ type: "extra_forbidden", loc, msg: "Extra inputs are not permitted" }] },
	},
];

type SentCall = { id: string; function: { name: string; arguments: string } };
const callsIn = (body: Body) => body.messages.flatMap((message) => (message.tool_calls ?? []) as SentCall[]);
const hasStrict = (body: Body) => body.tools?.some((tool) => "strict" in tool.function) ?? false;
/** Whether the roles of the messages alternate, which Mistral and most chat templates require. */
function rolesTakeTurns(body: Body): boolean {
	const roles = body.messages.map(({ role }) => role).filter((role) => role !== "system");
	return roles[0] === "user" && roles.every((role, index) => role === "tool" || role !== roles[index - 1]);
}
const areArgumentsObjects = (body: Body) =>
	callsIn(body).every((call) => {
		const value: unknown = JSON.parse(call.function.arguments);
		return typeof value === "object" && value !== null && !Array.isArray(value);
	});

/** The error of a model server for messages that no server accepts; null when the messages are valid. */
export function invalidHistory(body: Body): string | null {
	const ids = callsIn(body).map(({ id }) => id);
	if (new Set(ids).size < ids.length) return "Duplicate tool call id";
	const answered = body.messages.flatMap(({ tool_call_id: id }) => id ?? []);
	if (answered.some((id) => !ids.includes(id))) return "A tool result without its call";
	if (!areArgumentsObjects(body)) return "Expecting value: line 1 column 1 (char 0)";
	return null;
}

const endReply = (response: ServerResponse, reason: string | null, more: object = {}) => {
	writeChunk(response, more, reason);
	response.end("data: [DONE]\n\n");
};
const makeToolCallFragment = (
	id: string | undefined,
	index: number | undefined,
	{ name, arguments: args }: Call,
) => ({
	...(index === undefined ? {} : { index }),
	...(id === undefined ? {} : { id, type: "function" }),
	function: { name, arguments: JSON.stringify(args) },
});
const sendOpenAiToolCall: Profile["call"] = (response, call) => {
	writeChunk(response, {
		role: "assistant",
		content: null,
		tool_calls: [makeToolCallFragment("call_abc", 0, call)],
	});
	endReply(response, "tool_calls");
};
const sendOpenAiText: Profile["sendText"] = (response, text) => {
	for (const word of text.match(/\S+\s*/g) ?? []) writeChunk(response, { content: word });
	endReply(response, "stop");
};
/** Reasoning of the test models. It must not appear in any answer. */
export const REASONING_TEXT = "The customer is annoying, and policy says no.";

export const PROFILES: Profile[] = [
	{
		name: "OpenAI",
		refuse: (body) => ("max_tokens" in body ? unknownParameter("max_tokens") : null),
		call: sendOpenAiToolCall,
		sendText: sendOpenAiText,
	},
	{
		name: "Azure, with an older version of its interface",
		refuse: (body) => {
			if ("max_completion_tokens" in body) return unknownParameter("max_completion_tokens");
			return "stream_options" in body ? unknownParameter("stream_options") : null;
		},
		call: sendOpenAiToolCall,
		sendText(response, text) {
			// Azure sends the results of its content filter first, in a chunk without choices.
			writeData(response, JSON.stringify({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }));
			sendOpenAiText(response, text);
		},
		without: ["max_completion_tokens", "stream_options"],
	},
	{
		name: "Mistral",
		refuse(body) {
			if ("max_completion_tokens" in body) return extraForbidden("body", "max_completion_tokens");
			if ("stream_options" in body) return extraForbidden("body", "stream_options");
			if (!rolesTakeTurns(body)) return [400, { object: "error", message: "Unexpected role 'user'" }];
			const isOwnId = callsIn(body).every(({ id }) => /^[A-Za-z0-9]{9}$/.test(id));
			return isOwnId ? null : [400, openAiError("Tool call id has to be defined, with a length of 9.")];
		},
		call(response, call) {
			writeChunk(response, {
				content: [{ type: "thinking", thinking: [{ type: "text", text: REASONING_TEXT }] }],
			});
			writeChunk(response, { content: "", tool_calls: [makeToolCallFragment("D681PevKs", 0, call)] });
			endReply(response, "tool_calls");
		},
		sendText(response, text) {
			writeChunk(response, {
				content: [{ type: "thinking", thinking: [{ type: "text", text: REASONING_TEXT }] }],
			});
			writeChunk(response, { content: [{ type: "text", text }] });
			endReply(response, "stop");
		},
		without: ["max_completion_tokens", "stream_options"],
	},
	{
		name: "DeepSeek, thinking",
		refuse(body) {
			if (body.response_format?.type === "json_schema") {
				return [400, openAiError("This response_format type is unavailable now")];
			}
			const forgotten = body.messages.findIndex((m) => m.tool_calls && !("reasoning_content" in m));
			return forgotten === -1
				? null
				: [400, openAiError(`Missing \`reasoning_content\` field in the assistant message ${forgotten}`)];
		},
		call(response, call) {
			writeChunk(response, { role: "assistant", content: null, reasoning_content: REASONING_TEXT });
			sendOpenAiToolCall(response, call);
		},
		sendText(response, text) {
			writeChunk(response, { role: "assistant", content: null, reasoning_content: REASONING_TEXT });
			sendOpenAiText(response, text);
		},
	},
	{
		name: "Groq, a model whose names keep the marks of its channels",
		refuse: (body) =>
			hasStrict(body) && body.tools
				? [400, openAiError("'tools.0.function' : property 'strict' is unsupported")]
				: null,
		call(response, call) {
			writeChunk(response, { role: "assistant", content: null, reasoning: REASONING_TEXT });
			const marked = { ...call, name: `${call.name}<|channel|>commentary` };
			writeChunk(response, { tool_calls: [makeToolCallFragment("fc_1", 0, marked)] });
			endReply(response, "tool_calls");
		},
		sendText: sendOpenAiText,
	},
	{
		name: "OpenRouter, a model without tools",
		refuse: (body) =>
			"tools" in body
				? [404, { error: { message: "No endpoints found that support tool use.", code: 404 } }]
				: null,
		call(response) {
			response.writeHead(500).end("never asked for");
		},
		sendText(response, text) {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			response.write(": OPENROUTER PROCESSING\n\n");
			writeChunk(response, {
				content: "",
				reasoning: REASONING_TEXT,
				reasoning_details: [{ text: REASONING_TEXT }],
			});
			sendOpenAiText(response, text);
		},
		without: ["tools", "tool_choice"],
	},
	{
		name: "Ollama, a thinking model",
		refuse: (body) =>
			body.messages.some(({ content }) => content === null)
				? [400, openAiError("invalid message content type: <nil>")]
				: null,
		call(response, call) {
			writeChunk(response, { role: "assistant", content: `<think>${REASONING_TEXT}</think>` });
			// Ollama sends every tool call with index 0.
			writeChunk(response, { content: "", tool_calls: [makeToolCallFragment("call_1x2y", 0, call)] });
			endReply(response, "stop");
		},
		sendText(response, text) {
			for (const piece of `<think>\n${REASONING_TEXT}\n</think>\n\n${text}`.match(/.{1,5}/gs) ?? []) {
				writeChunk(response, { role: "assistant", content: piece });
			}
			endReply(response, "stop");
		},
	},
	{
		name: "Ollama, a model without tools",
		refuse: (body) =>
			"tools" in body ? [400, openAiError("registry.ollama.ai/library/gemma does not support tools")] : null,
		call(response) {
			response.writeHead(500).end("never asked for");
		},
		sendText: sendOpenAiText,
		without: ["tools", "tool_choice"],
	},
	{
		name: "llama.cpp",
		refuse(body) {
			if (!rolesTakeTurns(body)) {
				return [500, openAiError("Conversation roles must alternate user/assistant/user/assistant/...")];
			}
			const isEmpty = body.messages.some(({ content }) => content === "");
			return isEmpty ? [400, openAiError("messages: content must be non-empty")] : null;
		},
		call(response, { name, arguments: args }) {
			// llama.cpp sends a tool call as text in the format of the model's template, without a finish reason.
			writeChunk(response, { content: '<tool_call>\n{"name": ' });
			writeChunk(response, { content: `"${name}", "arguments": ${JSON.stringify(args)}}\n</tool_call>` });
			response.end("data: [DONE]\n\n");
		},
		sendText(response, text) {
			writeChunk(response, { content: `${REASONING_TEXT}</think>` });
			writeChunk(response, { content: text }, null);
			response.end("data: [DONE]\n\n");
		},
	},
	{
		name: "llama.cpp without templates for tools",
		refuse: (body) =>
			"tools" in body
				? [500, { error: { code: 500, message: "tools param requires --jinja flag", type: "server_error" } }]
				: null,
		call(response) {
			response.writeHead(500).end("never asked for");
		},
		sendText: sendOpenAiText,
		without: ["tools", "tool_choice"],
	},
	{
		name: "vLLM without a parser for tools",
		refuse: (body) =>
			"tools" in body
				? [
						400,
						{
							object: "error",
							message:
								'"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
							type: "BadRequestError",
							param: null,
							code: 400,
						},
					]
				: null,
		call(response) {
			response.writeHead(500).end("never asked for");
		},
		sendText: sendOpenAiText,
		without: ["tools", "tool_choice"],
	},
	{
		name: "vLLM, a model of OpenAI's with its channels in the text",
		refuse: (body) => ("stream_options" in body ? [400, { detail: "stream_options is not allowed" }] : null),
		call(response, { name, arguments: args }) {
			writeChunk(response, {
				content: `<|channel|>analysis<|message|>${REASONING_TEXT}<|end|><|start|>assistant<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${JSON.stringify(args)}<|call|>`,
			});
			endReply(response, "stop");
		},
		sendText(response, text) {
			writeChunk(response, { content: `analysis${REASONING_TEXT}assistantfinal${text}` });
			endReply(response, "stop");
		},
		without: ["stream_options"],
	},
	{
		name: "LM Studio",
		refuse: (body) => ("tool_choice" in body ? unknownParameter("tool_choice") : null),
		call(response, { name, arguments: args }) {
			// LM Studio sends a tool call without index and id, and with arguments that are an object.
			writeChunk(response, { tool_calls: [{ function: { name, arguments: args } }] });
			endReply(response, "tool_calls");
		},
		sendText(response, text) {
			writeChunk(response, { content: text }, "");
			writeData(response, JSON.stringify({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } }));
			response.end();
		},
		without: ["tool_choice"],
	},
	{
		name: "a server that wants content beside calls",
		refuse: (body) =>
			body.messages.some((m) => !("content" in m))
				? [422, { detail: [{ loc: ["body", "messages", 2, "content"], msg: "field required" }] }]
				: null,
		call: sendOpenAiToolCall,
		sendText: sendOpenAiText,
	},
	{
		name: "a server that wants null beside calls",
		refuse: (body) =>
			body.messages.some((m) => !("content" in m) || m.content === "")
				? [400, openAiError("content must be a non-empty string or null")]
				: null,
		call: sendOpenAiToolCall,
		sendText: sendOpenAiText,
	},
	{
		name: "a model whose template knows no system role",
		refuse: (body) =>
			body.messages.some(({ role }) => role === "system")
				? [400, openAiError("System role not supported")]
				: null,
		call: sendOpenAiToolCall,
		sendText: sendOpenAiText,
	},
	{
		name: "a server that knows no JSON Schema beyond its own",
		refuse: (body) =>
			JSON.stringify(body.tools ?? []).includes("additionalProperties")
				? [400, openAiError("Unknown name \"additionalProperties\" at 'tools[0].function.parameters'")]
				: null,
		call: sendOpenAiToolCall,
		sendText: sendOpenAiText,
	},
	{
		name: "a server that does not stream",
		refuse: () => null,
		call(response, { name, arguments: args }) {
			const message = { content: null, tool_calls: [{ id: "x", function: { name, arguments: args } }] };
			sendWhole(response, message, "tool_calls");
		},
		sendText: (response, text) => sendWhole(response, { content: text }, "stop"),
	},
];

function sendWhole(response: ServerResponse, message: object, finish: string): void {
	response.writeHead(200, { "Content-Type": "application/json" });
	response.end(JSON.stringify({ choices: [{ message, finish_reason: finish }] }));
}

/**
 * Makes a reply of this model server. Where tools are offered it first calls a tool, and sends the text after the
 * tool's result.
 * @param jsonText the reply to a request for JSON.
 */
export function repliesLike(profile: Profile, call: Call, text: string, jsonText = "{}"): Reply {
	return (response, request) => {
		const body = request.body as Body;
		const wrong = invalidHistory(body);
		const refusal = wrong ? ([400, openAiError(wrong)] as const) : profile.refuse(body);
		if (refusal) {
			response.writeHead(refusal[0], { "Content-Type": "application/json" });
			response.end(JSON.stringify(refusal[1]));
			return;
		}
		const isJsonWanted = body.response_format || /JSON Schema/.test(body.messages[0]?.content ?? "");
		if (isJsonWanted) return profile.sendText(response, jsonText);
		const isFirst = !body.messages.some(({ role }) => role === "tool");
		if (body.tools && isFirst) profile.call(response, call);
		else profile.sendText(response, text);
	};
}
