import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { singleton } from "#app/singleton.server.ts";

/**
 * Node's request and response that belong to a web Request. Remix gives its loaders and actions only a Request, which
 * cannot report that a client has disconnected: with native fetch, which single fetch needs, `request.signal` loses
 * the abort once an intermediate Request is garbage-collected (nodejs/node#55428, nodejs/undici#3644; measured: 0 of
 * 200 aborts fired after a collection), and Remix's adapter never cancels the response stream. Node's own response
 * does emit `close`.
 */
export type Exchange = { id: string; request: IncomingMessage; response: ServerResponse };

/** Anything with request headers: a web Request, or a form that the raw handler has read. */
export type WithHeaders = { headers: { get(name: string): string | null } };

/** The header in which a request carries the id of its exchange. A value that a client sends is replaced. */
const EXCHANGE_HEADER = "x-mevi-exchange";

const openExchanges = singleton("exchanges", () => new Map<string, Exchange>());

/**
 * Registers a request until its response has closed; the raw handler calls it for each request. Every Request that
 * Remix makes from Node's request has the exchange's id in a header, so that no AsyncLocalStorage is needed, which
 * costs time for each promise.
 */
export function openExchange(request: IncomingMessage, response: ServerResponse): void {
	const id = randomUUID();
	request.headers[EXCHANGE_HEADER] = id;
	openExchanges.set(id, { id, request, response });
	response.once("close", () => openExchanges.delete(id));
}

/**
 * The exchange of a request: "closed" after the request's client has disconnected or has received the whole response;
 * undefined in tests that call loaders without a server.
 */
export function findExchange({ headers }: WithHeaders): Exchange | "closed" | undefined {
	const id = headers.get(EXCHANGE_HEADER);
	return id === null ? undefined : (openExchanges.get(id) ?? "closed");
}

/** Node's response to a request: see `findExchange`. */
export function findResponse(request: WithHeaders): ServerResponse | "closed" | undefined {
	const exchange = findExchange(request);
	return typeof exchange === "object" ? exchange.response : exchange;
}

/** The headers of a Node request with the interface of web headers, without copying them. */
export const headersOf = ({ headers }: IncomingMessage): WithHeaders["headers"] => ({
	get(name) {
		const value = headers[name.toLowerCase()];
		// Node gives only the header `set-cookie` as a list, and no request has that header.
		return typeof value === "string" ? value : null;
	},
});

/** Converts a Node request into a web Request; a POST keeps its body. */
export function toRequest(incoming: IncomingMessage): Request {
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	const address = new URL(incoming.url ?? "/", `http://${host}`);
	const headers = incoming.headers as Record<string, string>;
	if (incoming.method !== "POST") return new Request(address, { headers });
	const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
	return new Request(address, { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

/**
 * An id of eight characters for a failed request: the user can quote the id, and the log has it next to the error.
 * The id stays the same during a request that the raw handler has registered.
 */
export function requestReference({ headers }: WithHeaders): string {
	return (headers.get(EXCHANGE_HEADER) ?? randomUUID()).slice(0, 8);
}

/**
 * Sends the response without chunked encoding, so that the end of its connection is the end of its body. If the
 * process is killed, the browser then treats the page as complete, and not as a page that never ends loading. Actions
 * of the page after loading (a refresh) still happen.
 */
export function endBodyWithConnection(request: WithHeaders): void {
	const response = findResponse(request);
	if (typeof response !== "object") return;
	response.setHeader("Connection", "close");
	response.removeHeader("Transfer-Encoding");
}

/** A signal that aborts when the client of a request disconnects or has received the whole response. */
export function untilReaderGone(request: WithHeaders): AbortSignal {
	const gone = new AbortController();
	onReaderGone(request, () => gone.abort());
	return gone.signal;
}

/**
 * Calls back once when the client of a request has disconnected or has received the whole response; immediately if
 * that has already happened.
 */
export function onReaderGone(request: WithHeaders, listener: () => void): void {
	const response = findResponse(request);
	if (response === "closed") listener();
	else response?.once("close", listener);
}
