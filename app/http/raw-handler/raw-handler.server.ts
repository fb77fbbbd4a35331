import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import { type FormPost, readNodeForm } from "#app/http/body.server.ts";
import { headersOf, openExchange, toRequest } from "#app/http/exchange.server.ts";
import { problemReply, type Reply, toProblem } from "#app/http/respond.server.ts";
import { NodeSink } from "#app/realtime/sink/node.server.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { singleton } from "#app/singleton.server.ts";
import {
	defaultHeaders,
	findRejection,
	MethodNotAllowed,
	pathOfTarget,
	setDefaultHeaders,
} from "./request-policy.server.ts";

/** A function that starts writing an event stream whose reader has been authorised. */
export type StartStream = (sink: Sink) => void;

/**
 * A function that authorises a request for an event stream and returns a function that starts the stream; used by the
 * Remix route and the raw handler.
 * @throws DomainError when the request is refused
 */
export type PrepareStream = (request: Request) => Promise<StartStream>;

/** The paths that the raw handler answers itself. */
export type RawRoutes = {
	streams: Record<string, PrepareStream>;
	/** Paths of forms, which are answered with JSON. */
	forms: Record<string, (post: FormPost) => Promise<Reply>>;
	/**
	 * Paths with answers that depend on no request data and are ready immediately, so that a busy process can still
	 * report that it is alive.
	 */
	signals: Record<string, () => Reply>;
};

const NO_ROUTES: RawRoutes = { streams: {}, forms: {}, signals: {} };

const httpServers = singleton("servers", () => new Set<Server>());

/** The HTTP servers of this process that have received a request. remix-serve gives no other access to its server. */
export const knownServers = (): ReadonlySet<Server> => httpServers;

/**
 * Installs a request listener in front of remix-serve's. The listener registers the exchange of each request, rejects
 * requests that no route should handle, and answers the paths in `routes` itself. remix-serve gives no access to its
 * server; but the diagnostics message of Node about the first request contains the server, before any listener gets
 * the request.
 *
 * Event streams are written to Node's own response, which needs a fifth of the memory and has correct back-pressure.
 * A form reaches its function without Express, without a log line, without two searches through all routes, and
 * without copies in a web Request and Response. Together these are two thirds of the processor time of a message.
 *
 * With the setting STREAM_LANE=off Remix answers the paths in `routes`.
 */
export function installRawHandler(routes: RawRoutes): void {
	singleton("raw-handler", () => {
		subscribe("http.server.request.start", (message) => {
			const { server } = message as { server: Server };
			if (httpServers.has(server)) return;
			httpServers.add(server);
			installOn(server, env().STREAM_LANE === "off" ? NO_ROUTES : routes);
		});
		return routes;
	});
}

function installOn(server: Server, routes: RawRoutes): void {
	const otherListeners = server.listeners("request") as ((
		request: IncomingMessage,
		response: ServerResponse,
	) => void)[];
	server.removeAllListeners("request");
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		openExchange(request, response);
		const target = pathOfTarget(request.url ?? "");
		const path = target?.split("?", 1)[0] ?? "";
		const rejection = findRejection(request, target === null ? null : path);
		if (rejection) return writeProblem(request, response, rejection);
		if (target !== null) request.url = target;
		const isPost = request.method === "POST";
		const isGet = request.method === "GET";
		const form = isPost && Object.hasOwn(routes.forms, path) ? routes.forms[path] : undefined;
		if (form) return void answerForm(form, request, response);
		const stream =
			(isPost || isGet) && Object.hasOwn(routes.streams, path) ? routes.streams[path] : undefined;
		if (stream) return void answerWithStream(stream, request, response);
		const signal = isGet && Object.hasOwn(routes.signals, path) ? routes.signals[path] : undefined;
		if (signal) return writeReply(request, response, signal());
		setDefaultHeaders(response, path);
		keepQueryOutOfLog(request, response, path);
		for (const listener of otherListeners) listener.call(server, request, response);
	});
}

/**
 * Removes the query from the URL that remix-serve logs (`originalUrl`), because a query may contain a cursor, an
 * email address or search text.
 */
function keepQueryOutOfLog(request: IncomingMessage, response: ServerResponse, path: string): void {
	const hide = () => void Object.assign(request, { originalUrl: path });
	response.once("finish", hide);
	response.once("close", hide);
}

async function answerForm(
	submit: (post: FormPost) => Promise<Reply>,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const headers = headersOf(incoming);
		writeReply(incoming, response, await submit({ headers, fields: await readNodeForm(incoming) }));
	} catch (error) {
		writeProblem(incoming, response, error);
	}
}

async function answerWithStream(
	prepare: PrepareStream,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const start = await prepare(toRequest(incoming));
		if (!response.destroyed) {
			response.writeHead(200, { ...defaultHeaders(incoming.headers.host), ...SSE_HEADERS });
			response.flushHeaders();
		}
		releaseHeaders(incoming);
		// The stream is started even if its client has disconnected: the sink then closes immediately, which releases all
		// resources of the stream.
		start(new NodeSink(response));
	} catch (error) {
		writeProblem(incoming, response, error);
	}
}

/** Sends an error as problem+json; internal errors are logged. */
function writeProblem(incoming: IncomingMessage, outgoing: ServerResponse, error: unknown): void {
	const reply = problemReply(toProblem({ headers: headersOf(incoming) }, error));
	if (error instanceof MethodNotAllowed) reply.headers.Allow = error.allow;
	writeReply(incoming, outgoing, reply);
}

/** Sends a reply. If the response's head was sent already, the connection is closed instead. */
function writeReply(incoming: IncomingMessage, outgoing: ServerResponse, reply: Reply): void {
	if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
	outgoing.writeHead(reply.status, { ...defaultHeaders(incoming.headers.host), ...reply.headers });
	outgoing.end(reply.body);
}

/**
 * Releases the headers of an authorised request from memory: an open stream keeps its request in memory, and the
 * headers are most of a request's size.
 */
function releaseHeaders(incoming: IncomingMessage): void {
	incoming.headers = {};
	incoming.rawHeaders = [];
}
