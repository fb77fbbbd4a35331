import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { findSchemaErrors } from "./openai-schema.ts";

/**
 * A small HTTP server for tests with OpenAI's chat completions API. It sends scripted replies, including faults that a
 * regular test server cannot produce (cut connections, silence, broken chunks).
 */

export type CapturedRequest = {
	path: string;
	headers: IncomingHttpHeaders;
	body: {
		model: string;
		messages: { role: string; content: string | null; tool_call_id?: string; tool_calls?: unknown[] }[];
		tools?: { function: { name: string; parameters: object; strict?: boolean } }[];
		tool_choice?: string;
		stream?: boolean;
		stream_options?: object;
		response_format?: { type: string; json_schema?: { schema: object; strict?: boolean } };
	};
};

/** Answers one request to the scripted model server. It may leave the response open. */
export type Reply = (response: ServerResponse, request: CapturedRequest) => void | Promise<void>;

export type OpenAiServer = {
	/** The base URL of the scripted model server, with `/v1`. */
	url: string;
	/** Every request that the server has received, oldest first, except those for a model classification. */
	requests: CapturedRequest[];
	/** Requests for JSON with a schema: model classifications of a question, which run in parallel with its answer. */
	classifications: CapturedRequest[];
	/**
	 * The reply to model classifications. It is not part of the script, because these requests arrive in random order.
	 * Default: 503.
	 */
	answerClassifications: (reply: Reply) => void;
	/**
	 * Checks the received requests.
	 * @throws when OpenAI's own schema rejects a request, which fails the test.
	 */
	close: () => Promise<void>;
};

/** Every request that any scripted model server of this process received, for checks over all of them. */
export const everyRequest: CapturedRequest[] = [];

/**
 * Starts a model server that sends the scripted replies in order and then repeats the last one. A request that the
 * server cannot parse fails with 400, so that the test detects an incorrect client.
 */
export async function startOpenAiServer(...script: [Reply, ...Reply[]]): Promise<OpenAiServer> {
	const requests: CapturedRequest[] = [];
	const classifications: CapturedRequest[] = [];
	let readingReply = fails(503);
	const server = createServer(async (incoming, response) => {
		const parts: Buffer[] = [];
		for await (const part of incoming) parts.push(part);
		try {
			const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as CapturedRequest["body"];
			const request = { path: incoming.url ?? "", headers: incoming.headers, body };
			if (body.response_format) {
				classifications.push(request);
				everyRequest.push(request);
				return await readingReply(response, request);
			}
			const reply = script[Math.min(requests.length, script.length - 1)] ?? script[0];
			requests.push(request);
			everyRequest.push(request);
			await reply(response, request);
		} catch (error) {
			response.writeHead(400).end(String(error));
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		requests,
		classifications,
		answerClassifications: (reply) => {
			readingReply = reply;
		},
		async close() {
			await new Promise<void>((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
			for (const { path, body } of [...requests, ...classifications]) {
				const refusal = findSchemaErrors(path, body);
				if (refusal) throw new Error(`OpenAI's schema refuses a request to ${path}: ${refusal}`);
			}
		},
	};
}

const ENVELOPE = { id: "chatcmpl-scripted", object: "chat.completion.chunk", created: 1_700_000_000 };
const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

/** Writes one chunk of a model's reply as an event. */
export function writeChunk(response: ServerResponse, delta: object, finish: string | null = null): void {
	const choices = [{ index: 0, delta, finish_reason: finish }];
	writeData(response, JSON.stringify({ ...ENVELOPE, model: "scripted-1", choices, usage: null }));
}

/** Writes any text as the data of an event, also text that is not JSON. */
export function writeData(response: ServerResponse, data: string): void {
	if (!response.headersSent) response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
	response.write(`data: ${data}\n\n`);
}

function finish(response: ServerResponse, reason: string): void {
	writeChunk(response, {}, reason);
	writeData(response, JSON.stringify({ ...ENVELOPE, model: "scripted-1", choices: [], usage: USAGE }));
	response.end("data: [DONE]\n\n");
}

/** Makes a reply that streams the text with a few characters in each chunk. */
export function streamsText(text: string, options: { chunkSize?: number; finish?: string } = {}): Reply {
	return (response) => {
		writeChunk(response, { role: "assistant", content: "" });
		for (let at = 0; at < text.length; at += options.chunkSize ?? 7) {
			writeChunk(response, { content: text.slice(at, at + (options.chunkSize ?? 7)) });
		}
		finish(response, options.finish ?? "stop");
	};
}

/** Makes a reply with `content` in one piece, as to a request without `stream`. */
export function sendsWhole(content: string): Reply {
	return (response) => {
		const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
		response.writeHead(200, { "Content-Type": "application/json" });
		response.end(
			JSON.stringify({ id: "scripted", object: "chat.completion", created: 0, model: "scripted-1", choices }),
		);
	};
}

export type ScriptedCall = { name: string; arguments: unknown };

/** Makes a reply with tool calls, all at once, after optional text. Arguments that are a string are sent unchanged. */
export function callsTools(scripted: ScriptedCall[], text = ""): Reply {
	return (response) => {
		writeChunk(response, { role: "assistant", content: text || null });
		scripted.forEach(({ name, arguments: args }, index) => {
			const written = typeof args === "string" ? args : JSON.stringify(args);
			const half = Math.ceil(written.length / 2);
			const first = { name, arguments: written.slice(0, half) };
			writeChunk(response, {
				tool_calls: [{ index, id: `call_scripted_${index}`, type: "function", function: first }],
			});
			writeChunk(response, { tool_calls: [{ index, function: { arguments: written.slice(half) } }] });
		});
		finish(response, "tool_calls");
	};
}

/** Makes a reply that is an HTTP error in OpenAI's form. */
export function fails(
	status: number,
	options: { code?: string; headers?: Record<string, string> } = {},
): Reply {
	return (response) => {
		response.writeHead(status, { "Content-Type": "application/json", ...options.headers });
		const error = {
			message: `scripted ${status}`,
			type: "scripted",
			param: null,
			code: options.code ?? null,
		};
		response.end(JSON.stringify({ error }));
	};
}

/** Makes a reply that sends text and then drops the connection. */
export function breaksOffAfter(text: string): Reply {
	return (response) => {
		writeChunk(response, { role: "assistant", content: text });
		// When this chunk has been written, all earlier bytes have left this process.
		response.write(": the last line\n\n", () => response.destroy());
	};
}

/** Makes a reply that sends optional text and then keeps the connection open without sending anything. */
export function fallsSilentAfter(text: string | null): Reply {
	return (response) => {
		if (text !== null) writeChunk(response, { role: "assistant", content: text });
	};
}
