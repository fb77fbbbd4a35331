import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { singleton } from "#app/singleton.server.ts";

/**
 * How a loader learns that its client has disconnected.
 *
 * `request.signal` cannot be used: with native fetch, which single fetch needs, the abort is lost once the
 * intermediate Request is garbage-collected (nodejs/node#55428, nodejs/undici#3644; measured: 0 of 200 aborts
 * fired after a collection), and Remix's adapter never cancels the response stream either. Node's own
 * response does emit `close`, and this diagnostics channel gives access to it under remix-serve.
 */
type Exchange = { request: IncomingMessage; response: ServerResponse; server: Server };

const state = singleton("disconnect", () => {
	const storage = new AsyncLocalStorage<Exchange>();
	const servers = new Set<Server>();
	subscribe("http.server.request.start", (message) => {
		const { request, response, server } = message as Exchange;
		servers.add(server);
		storage.enterWith({ request, response, server });
	});
	return { storage, servers };
});

/** Node's response behind the request being served; undefined outside a Node server (tests that call loaders). */
export function currentResponse(): ServerResponse | undefined {
	return state.storage.getStore()?.response;
}

/** Node's request behind the request being served. */
export function currentRequest(): IncomingMessage | undefined {
	return state.storage.getStore()?.request;
}

/** The servers that have received a request. remix-serve gives no other access to its server. */
export function knownServers(): Set<Server> {
	return state.servers;
}

/**
 * Sends the current response without chunked encoding, so that the end of its connection is the end of its body. If
 * the process is killed, the browser then has a finished page and not a broken one that never ends loading, so that
 * what the page does after loading (a refresh) still happens.
 */
export function endBodyWithConnection(): void {
	const response = currentResponse();
	if (!response) return;
	response.setHeader("Connection", "close");
	response.removeHeader("Transfer-Encoding");
}

/** A signal for the request being served. It aborts when the client disconnects or has the whole response. */
export function untilReaderGone(): AbortSignal {
	const gone = new AbortController();
	onReaderGone(() => gone.abort());
	return gone.signal;
}

/** Calls back once when the client of the request being served disconnects. */
export function onReaderGone(listener: () => void): void {
	currentResponse()?.once("close", listener);
}
