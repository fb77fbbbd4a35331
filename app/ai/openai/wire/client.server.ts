import OpenAI from "openai";
import { isObject, parseJson } from "./json-arguments.ts";
import type { RequestBody } from "./request-body.ts";

/** A model and its server. */
export type ModelServer = { apiKey: string; baseUrl: string; model: string };

const clients = new Map<string, OpenAI>();
/** An installation has one provider; tests have many. */
const MAX_CLIENTS = 8;
/** Characters that are read of an error's body; the refused field is named early. */
const MAX_ERROR_CHARACTERS = 20_000;

/**
 * Sends a request.
 * @returns the unread response.
 * @throws the SDK's errors; that of a refused request contains the server's whole answer.
 */
export function sendRequest(
	body: RequestBody,
	place: ModelServer,
	options: { signal: AbortSignal; timeout: number },
): Promise<Response> {
	// The SDK's types cover only OpenAI's own servers.
	const parameters = body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
	return getClient(place).chat.completions.create(parameters, options).asResponse();
}

/** Returns the client for an address and key; creating one takes milliseconds. */
function getClient({ apiKey, baseUrl }: ModelServer): OpenAI {
	const known = clients.get(`${baseUrl} ${apiKey}`);
	if (known) return known;
	const client = new OpenAI({
		apiKey,
		baseURL: baseUrl,
		// The SDK's retries do not know what the customer has already read, so we retry ourselves.
		maxRetries: 0,
		// At other levels the SDK logs bodies, which contain texts of customers.
		logLevel: "off",
		fetch: fetchWithErrorBody,
	});
	if (clients.size >= MAX_CLIENTS) clients.clear();
	clients.set(`${baseUrl} ${apiKey}`, client);
	return client;
}

/**
 * Fetches, and converts an error's body to OpenAI's form with the original as `error.body`. The SDK keeps only bodies
 * in this form, and the refused field must be found in any body.
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
