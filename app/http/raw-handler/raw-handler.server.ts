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
	originForm,
	setDefaultHeaders,
} from "./request-policy.server.ts";

/** Starts writing a stream whose reader has been authorised. */
export type StartStream = (sink: Sink) => void;

/**
 * Authorises a request for an event stream and returns how to start it; used by the Remix route and the raw handler.
 * @throws DomainError when the request is refused
 */
export type PrepareStream = (request: Request) => Promise<StartStream>;

/** What the raw handler answers itself, by path. */
export type RawRoutes = {
	streams: Record<string, PrepareStream>;
	/** Forms, which are answered with JSON. */
	forms: Record<string, (post: FormPost) => Promise<Reply>>;
	/** Answers that need no request and no waiting: a busy process still says that it is alive. */
	signals: Record<string, () => Reply>;
};

const NO_ROUTES: RawRoutes = { streams: {}, forms: {}, signals: {} };

const servers = singleton("servers", () => new Set<Server>());

/** The servers that have received a request. remix-serve gives no other access to its server. */
export const knownServers = (): ReadonlySet<Server> => servers;

/**
 * Installs a request listener in front of remix-serve's. It registers the exchange of each request, rejects requests
 * that no route should handle, and answers `routes` itself. remix-serve gives no access to its server; the diagnostics
 * message of the first request contains it, before any listener gets the request.
 *
 * Streams are written to Node's own response: a fifth of the memory, and correct back-pressure. A form goes to its
 * function without Express, a log line, two searches through all routes, and a web Request and Response with their
 * copies, whose garbage outlives the young generation: two thirds of the cost of a message.
 *
 * With STREAM_LANE=off Remix answers `routes`.
 */
export function installRawHandler(routes: RawRoutes): void {
	singleton("raw-handler", () => {
		subscribe("http.server.request.start", (message) => {
			const { server } = message as { server: Server };
			if (servers.has(server)) return;
			servers.add(server);
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
		const target = originForm(request.url ?? "");
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
 * remix-serve logs `originalUrl` when a response has ended. The query may contain a cursor, an address or search text.
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
		// Also for a client that has disconnected: the sink then closes at once, which releases everything.
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

/** Sends a reply. If the head was sent already, it closes the connection instead. */
function writeReply(incoming: IncomingMessage, outgoing: ServerResponse, reply: Reply): void {
	if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
	outgoing.writeHead(reply.status, { ...defaultHeaders(incoming.headers.host), ...reply.headers });
	outgoing.end(reply.body);
}

/**
 * Releases the headers of an authorised request: an open stream keeps its request in memory, and the headers are most
 * of it.
 */
function releaseHeaders(incoming: IncomingMessage): void {
	incoming.headers = {};
	incoming.rawHeaders = [];
}
