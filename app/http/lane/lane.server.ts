import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import {
	type PrepareStream,
	prepareAgentEvents,
	prepareCustomerEvents,
} from "#app/http/streams/events.server.ts";
import { DomainError, Forbidden, NotFound } from "#app/models/errors.ts";
import { NodeSink } from "#app/realtime/sink/node.server.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { respondWith, respondWithProblem, toRequest, toRequestWithForm } from "./exchange.server.ts";

/** The stream URLs that are answered in the lane. */
const STREAMS: Record<string, PrepareStream> = {
	"/chat/events": prepareCustomerEvents,
	"/admin/chat/events": prepareAgentEvents,
};

/** A resource route's action, which needs nothing but its request. */
export type LaneAction = (args: {
	request: Request;
	params: Record<string, never>;
	context: Record<string, never>;
}) => Promise<Response>;

/**
 * Places a listener of ours in front of remix-serve's for the stream URLs, so that an open stream is Node's
 * response and nothing more: a fifth of the memory, and back-pressure that tells the truth. remix-serve gives
 * no handle to its server; the diagnostics message of the first request carries it, before the request is
 * handed to anybody. Same URL, same checks, same hub as the Remix route behind it. What no route should have to
 * see is refused here as well.
 *
 * @param actions by path: actions that are called here with their request, as Remix would after Express, a log
 * line, two searches through all routes and three copies of the request, whose garbage outlives the young
 * generation. That takes two thirds of what a message costs.
 */
export function openLane(actions: Record<string, LaneAction>): void {
	if (env().STREAM_LANE === "off") return;
	singleton("stream-lane", () => {
		const placed = new WeakSet<Server>();
		subscribe("http.server.request.start", (message) => {
			const { server } = message as { server: Server };
			if (placed.has(server)) return;
			placed.add(server);
			placeInFront(server, actions);
		});
		return placed;
	});
}

function placeInFront(server: Server, actions: Record<string, LaneAction>): void {
	const behind = server.listeners("request") as ((
		request: IncomingMessage,
		response: ServerResponse,
	) => void)[];
	server.removeAllListeners("request");
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		const path = request.url?.split("?", 1)[0] ?? "";
		const refusal = whyRefused(request, path);
		if (refusal) return void respondWithProblem(response, refusal);
		const isPost = request.method === "POST";
		const prepare =
			(isPost || request.method === "GET") && Object.hasOwn(STREAMS, path) ? STREAMS[path] : undefined;
		const action = isPost && Object.hasOwn(actions, path) ? actions[path] : undefined;
		if (prepare) void serve(prepare, request, response);
		else if (action) void act(action, request, response);
		else for (const listener of behind) listener.call(server, request, response);
	});
}

async function serve(
	prepare: PrepareStream,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const openOn = await prepare(
			incoming.method === "POST" ? await toRequestWithForm(incoming) : toRequest(incoming),
		);
		if (!response.destroyed) {
			response.writeHead(200, SSE_HEADERS);
			response.flushHeaders();
		}
		forgetRequest(incoming);
		// Also for a reader who has gone meanwhile: the sink then closes at once and gives everything back.
		openOn(new NodeSink(response));
	} catch (error) {
		await respondWithProblem(response, error);
	}
}

async function act(action: LaneAction, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
	try {
		const request = await toRequestWithForm(incoming);
		await respondWith(response, await action({ request, params: {}, context: {} }));
	} catch (error) {
		if (error instanceof Response) await respondWith(response, error);
		else await respondWithProblem(response, error);
	}
}

/**
 * Lets go of the head of a request that has been checked: an open stream holds its request for as long as it
 * lives, and the lines of a browser's head are more than all else that it holds.
 */
function forgetRequest(incoming: IncomingMessage): void {
	incoming.headers = {};
	incoming.rawHeaders = [];
}

/**
 * What no route should have to see: a form from another site's page (Remix answers those with a 500 and a
 * stack in the log, and only for pages), a NUL in the address, which Postgres cannot hold, a host that is none
 * (the same 500), and a stream asked for as a page's data, which would be waited for to its end.
 */
function whyRefused(request: IncomingMessage, path: string): DomainError | null {
	const isStreamAsData = path.endsWith(".data") && Object.hasOwn(STREAMS, path.slice(0, -".data".length));
	if (/%00/.test(path) || isStreamAsData) return new NotFound();
	const { host } = request.headers;
	if (host !== undefined && !URL.canParse(`http://${host}`))
		return new DomainError(400, "Bad request", "The Host header names no host.");
	const isChange = !["GET", "HEAD", "OPTIONS"].includes(request.method ?? "GET");
	// Programs act with tokens, which no foreign page has.
	if (!isChange || path.startsWith("/api/")) return null;
	try {
		// Read where they are: a Request made of each form would only be thrown away.
		const get = (name: string) => request.headers[name.toLowerCase()]?.toString() ?? null;
		requireSameOrigin({ headers: { get }, url: "http://localhost" });
		return null;
	} catch (error) {
		return error instanceof DomainError ? error : new Forbidden();
	}
}
