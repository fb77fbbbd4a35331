import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import { NodeSink } from "#app/realtime/sink/node.server.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { setDefaultHeaders } from "./headers.server.ts";
import { respondWith, respondWithProblem, toRequest, toRequestWithForm } from "./node-request.server.ts";
import { findRejection, MethodNotAllowed, originForm } from "./rejections.server.ts";

/** Starts writing a stream whose reader has been authorised. */
export type StartStream = (sink: Sink) => void;

/**
 * Authorises a request for an event stream and returns how to start it; used by the Remix route and the raw handler.
 * @throws DomainError when the request is refused
 */
export type PrepareStream = (request: Request) => Promise<StartStream>;

/** The action of a resource route, which needs only its request. */
export type RawAction = (args: {
	request: Request;
	params: Record<string, never>;
	context: Record<string, never>;
}) => Promise<Response>;

/**
 * Installs a request listener in front of remix-serve's. It answers the stream URLs with Node's own response: a fifth
 * of the memory, and correct back-pressure. remix-serve gives no access to its server; the diagnostics message of the
 * first request contains it, before any listener gets the request. URL, checks and hub are the same as in the Remix
 * route. It also rejects requests that no route should handle.
 *
 * @param routes.streams event streams by path.
 * @param routes.actions actions by path, which are called directly with their request. Under Remix the same call follows
 * Express, a log line, two searches through all routes and three copies of the request, whose garbage outlives the
 * young generation: two thirds of the cost of a message.
 * @param routes.loaders loaders by path, which answer without a request and at once: a busy process still says that it is alive.
 *
 * With STREAM_LANE=off it only rejects requests and sets headers; Remix answers everything.
 */
export function installRawHandler(routes: RawRoutes): void {
	singleton("raw-handler", () => {
		const installed = new WeakSet<Server>();
		subscribe("http.server.request.start", (message) => {
			const { server } = message as { server: Server };
			if (installed.has(server)) return;
			installed.add(server);
			installOn(server, env().STREAM_LANE === "off" ? NO_ROUTES : routes);
		});
		return installed;
	});
}

/** What the raw handler answers itself, by path. */
type RawRoutes = {
	streams: Record<string, PrepareStream>;
	actions: Record<string, RawAction>;
	loaders: Record<string, () => Response>;
};

const NO_ROUTES: RawRoutes = { streams: {}, actions: {}, loaders: {} };

function installOn(server: Server, { streams, actions, loaders }: RawRoutes): void {
	const otherListeners = server.listeners("request") as ((
		request: IncomingMessage,
		response: ServerResponse,
	) => void)[];
	server.removeAllListeners("request");
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		const target = originForm(request.url ?? "");
		const path = target?.split("?", 1)[0] ?? "";
		setDefaultHeaders(response, path);
		const refusal = findRejection(request, target === null ? null : path);
		if (refusal) {
			if (refusal instanceof MethodNotAllowed) response.setHeader("Allow", refusal.allow);
			return void respondWithProblem(response, refusal);
		}
		if (target !== null) request.url = target;
		keepQueryOutOfLog(request, response, path);
		const isPost = request.method === "POST";
		const isGet = request.method === "GET";
		const prepare = (isPost || isGet) && Object.hasOwn(streams, path) ? streams[path] : undefined;
		const action = isPost && Object.hasOwn(actions, path) ? actions[path] : undefined;
		const loader = isGet && Object.hasOwn(loaders, path) ? loaders[path] : undefined;
		if (loader) void respondWith(response, loader());
		else if (prepare) void answerWithStream(prepare, request, response);
		else if (action) void answerWithAction(action, request, response);
		else for (const listener of otherListeners) listener.call(server, request, response);
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

async function answerWithStream(
	prepare: PrepareStream,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const start = await prepare(
			incoming.method === "POST" ? await toRequestWithForm(incoming) : toRequest(incoming),
		);
		if (!response.destroyed) {
			response.writeHead(200, SSE_HEADERS);
			response.flushHeaders();
		}
		releaseHeaders(incoming);
		// Also for a client that has disconnected: the sink then closes at once, which releases everything.
		start(new NodeSink(response));
	} catch (error) {
		await respondWithProblem(response, error);
	}
}

async function answerWithAction(
	action: RawAction,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const request = await toRequestWithForm(incoming);
		await respondWith(response, await action({ request, params: {}, context: {} }));
	} catch (error) {
		if (error instanceof Response) await respondWith(response, error);
		else await respondWithProblem(response, error);
	}
}

/**
 * Releases the headers of an authorised request: an open stream keeps its request in memory, and the headers are most
 * of it.
 */
function releaseHeaders(incoming: IncomingMessage): void {
	incoming.headers = {};
	incoming.rawHeaders = [];
}
