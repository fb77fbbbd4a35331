import OpenAI from "openai";
import { isObject, parse } from "./arguments.ts";
import type { RequestBody } from "./request.ts";

/** Where a model is, and its name there. */
export type Place = { apiKey: string; baseUrl: string; model: string };

const clients = new Map<string, OpenAI>();
/** An installation has one provider; tests have many, and none is to be kept for good. */
const MOST_CLIENTS = 8;
/** Of an error's body, in UTF-16 units: enough to name a field. */
const LONGEST_ERROR = 20_000;

/**
 * Sends a request and returns the response as it comes, for the adapter to read.
 * @throws the SDK's errors; that of a refused request holds the server's whole answer.
 */
export function sendRequest(
	body: RequestBody,
	place: Place,
	options: { signal: AbortSignal; timeout: number },
): Promise<Response> {
	// The SDK's types know the requests of OpenAI's own servers alone.
	const parameters = body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
	return clientOf(place).chat.completions.create(parameters, options).asResponse();
}

/** One client per address and key, since making one takes milliseconds that a customer would wait. */
function clientOf({ apiKey, baseUrl }: Place): OpenAI {
	const known = clients.get(`${baseUrl} ${apiKey}`);
	if (known) return known;
	const client = new OpenAI({
		apiKey,
		baseURL: baseUrl,
		// The SDK would retry without knowing what the customer has already read; we do it ourselves.
		maxRetries: 0,
		// At any other level it prints bodies, and those hold people's words.
		logLevel: "off",
		fetch: fetchWithErrors,
	});
	if (clients.size >= MOST_CLIENTS) clients.clear();
	clients.set(`${baseUrl} ${apiKey}`, client);
	return client;
}

/**
 * The SDK keeps an error's body only in OpenAI's own form. This puts the body of any other form into that form, as
 * `error.body`, so that the field a server refuses can be found.
 */
async function fetchWithErrors(input: string | URL | Request, init?: RequestInit): Promise<Response> {
	const response = await fetch(input, init);
	if (response.ok) return response;
	const text = await beginningOf(response);
	const body = parse(text) ?? text;
	const error = isObject(body) && isObject(body.error) ? body.error : {};
	return new Response(JSON.stringify({ error: { ...error, body } }), {
		status: response.status,
		headers: response.headers,
	});
}

async function beginningOf(response: Response): Promise<string> {
	const reader = response.body?.getReader();
	const decoder = new TextDecoder();
	let text = "";
	try {
		while (reader && text.length < LONGEST_ERROR) {
			const { done, value } = await reader.read();
			if (done) break;
			text += decoder.decode(value, { stream: true });
		}
	} finally {
		reader?.cancel().catch(() => {});
	}
	return text.slice(0, LONGEST_ERROR);
}
