import OpenAI from "openai";
import { isObject, parseJson } from "./json-arguments.ts";
import type { RequestBody } from "./request-body.ts";

/** The name of a model, and the address and API key of its server. */
export type ModelServer = { apiKey: string; baseUrl: string; model: string };

const clients = new Map<string, OpenAI>();
/** Maximum number of kept clients. An installation has one provider; tests have many. */
const MAX_CLIENTS = 8;
/** Characters of an error response's body that are read. Providers name the refused field near the beginning. */
const MAX_ERROR_CHARACTERS = 20_000;

/**
 * Sends a request to the model's server.
 * @returns the unread response.
 * @throws the SDK's errors. The error of a refused request contains the server's whole error response.
 */
export function sendRequest(
	body: RequestBody,
	place: ModelServer,
	options: { signal: AbortSignal; timeout: number },
): Promise<Response> {
	// The SDK's types know only the request fields of OpenAI's own servers.
	const parameters = body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
	return getClient(place).chat.completions.create(parameters, options).asResponse();
}

/** Returns the client for an address and API key, or creates it. Creating a client takes milliseconds. */
function getClient({ apiKey, baseUrl }: ModelServer): OpenAI {
	const known = clients.get(`${baseUrl} ${apiKey}`);
	if (known) return known;
	const client = new OpenAI({
		apiKey,
		baseURL: baseUrl,
		// The SDK's own retries are off, because the SDK does not know what text the customer has already read.
		maxRetries: 0,
		// At other log levels the SDK logs bodies, which contain texts of customers.
		logLevel: "off",
		fetch: fetchWithErrorBody,
	});
	if (clients.size >= MAX_CLIENTS) clients.clear();
	clients.set(`${baseUrl} ${apiKey}`, client);
	return client;
}

/**
 * Fetches, and converts the body of an error response to OpenAI's form with the original body as `error.body`. The SDK
 * keeps only bodies in OpenAI's form, but the refused field must be found in a body of any form.
 */
async function fetchWithErrorBody(input: string | URL | Request, init?: RequestInit): Promise<Response> {
	const response = await fetch(input, init);
	if (response.ok) return response;
	const text = await readBeginning(response);
	const body = parseJson(text) ?? text;
	const error = isObject(body) && isObject(body.error) ? body.error : {};
	return new Response(JSON.stringify({ error: { ...error, body } }), {
		status: response.status,
		headers: response.headers,
	});
}

async function readBeginning(response: Response): Promise<string> {
	const reader = response.body?.getReader();
	const decoder = new TextDecoder();
	let text = "";
	try {
		while (reader && text.length < MAX_ERROR_CHARACTERS) {
			const { done, value } = await reader.read();
			if (done) break;
			text += decoder.decode(value, { stream: true });
		}
	} finally {
		reader?.cancel().catch(() => {});
	}
	return text.slice(0, MAX_ERROR_CHARACTERS);
}
