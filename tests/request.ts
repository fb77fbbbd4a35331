import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";

/** Origin (scheme and host) of the tests' requests. */
export const TEST_ORIGIN = "http://chat.test";

type Args = LoaderFunctionArgs & ActionFunctionArgs;
type Handler = (args: Args) => unknown;

/** The sender of a test's request, and the request's other headers. */
export type Sender = { headers?: Record<string, string> };

/** Makes a GET request. Query parameters with the value `undefined` are left out. */
export function get(path: string, sender: Sender = {}): Request {
	return new Request(TEST_ORIGIN + path, { headers: sender.headers });
}

/** Makes a POST request with a JSON body. A body that is a string is sent as it is, so that it can be malformed. */
export function json(method: string, path: string, body: unknown, sender: Sender = {}): Request {
	return new Request(TEST_ORIGIN + path, {
		method,
		body: typeof body === "string" ? body : JSON.stringify(body),
		headers: { "Content-Type": "application/json", ...sender.headers },
	});
}

/** Makes a request with a plain HTML form as a browser sends it, with CRLF line ends. */
export function form(path: string, fields: Record<string, string>, sender: Sender = {}): Request {
	const body = new URLSearchParams();
	for (const [name, value] of Object.entries(fields)) body.append(name, value.replace(/\r?\n/g, "\r\n"));
	return new Request(TEST_ORIGIN + path, { method: "POST", body, headers: sender.headers });
}

/**
 * Calls a route's loader or action as Remix does. The result is a Response, also for a thrown one and for one of
 * `data()`. An error that Remix would turn into a 500 is thrown.
 */
export async function call(
	handler: unknown,
	request: Request,
	params: Record<string, string> = {},
): Promise<Response> {
	try {
		return toResponse(await (handler as Handler)({ request, params, context: {} }));
	} catch (thrown) {
		if (thrown instanceof Response || isData(thrown)) return toResponse(thrown);
		throw thrown;
	}
}

/** Parses the body of a response; its type is what the test expects. */
export async function bodyOf<Body = Record<string, unknown>>(response: Response): Promise<Body> {
	return (await response.json()) as Body;
}

type Data = { type: "DataWithResponseInit"; data: unknown; init: ResponseInit | null };

function toResponse(answer: unknown): Response {
	if (answer instanceof Response) return answer;
	if (isData(answer)) return Response.json(answer.data ?? null, answer.init ?? {});
	return Response.json(answer ?? null);
}

function isData(value: unknown): value is Data {
	return (value as Data | null)?.type === "DataWithResponseInit";
}

/** One event of an event stream as it was sent. */
export type WireEvent = { id: string | null; type: string; data: unknown };

/**
 * Reads an event stream (Server-Sent Events) until `isEnough`, then disconnects like a browser.
 * @throws when the stream ends before.
 */
export async function readEvents(
	response: Response,
	isEnough: (events: WireEvent[]) => boolean,
): Promise<WireEvent[]> {
	const { createParser } = await import("eventsource-parser");
	const events: WireEvent[] = [];
	const parser = createParser({
		onEvent: ({ id, event, data }) => {
			events.push({ id: id ?? null, type: event ?? "message", data: JSON.parse(data) });
		},
	});
	const reader = response.body?.getReader();
	const decoder = new TextDecoder();
	while (reader && !isEnough(events)) {
		const { done, value } = await reader.read();
		if (done) throw new Error(`The stream ended after ${JSON.stringify(events)}`);
		parser.feed(decoder.decode(value, { stream: true }));
	}
	await reader?.cancel();
	return events;
}
