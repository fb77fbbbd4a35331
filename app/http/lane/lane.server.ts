import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import {
	type PrepareStream,
	prepareAgentEvents,
	prepareCustomerEvents,
} from "#app/http/streams/events.server.ts";
import { NodeSink } from "#app/realtime/sink/node.server.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { respondWith, respondWithProblem, toRequest, toRequestWithForm } from "./exchange.server.ts";
import { setDefaultHeaders } from "./headers.server.ts";
import { MethodNotAllowed, originForm, whyRefused } from "./refusals.server.ts";

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
		const target = originForm(request.url ?? "");
		const path = target?.split("?", 1)[0] ?? "";
		setDefaultHeaders(response, path);
		const refusal = whyRefused(request, target === null ? null : path);
		if (refusal) {
			if (refusal instanceof MethodNotAllowed) response.setHeader("Allow", refusal.allow);
			return void respondWithProblem(response, refusal);
		}
		if (target !== null) request.url = target;
		keepQueryOutOfLog(request, response, path);
		const isPost = request.method === "POST";
		const prepare =
			(isPost || request.method === "GET") && Object.hasOwn(STREAMS, path) ? STREAMS[path] : undefined;
		const action = isPost && Object.hasOwn(actions, path) ? actions[path] : undefined;
		if (prepare) void serve(prepare, request, response);
		else if (action) void act(action, request, response);
		else for (const listener of behind) listener.call(server, request, response);
	});
}

/**
 * remix-serve logs each address when its answer has ended, and takes it from `originalUrl` then. What stands behind
 * the question mark may be a cursor, an address or words somebody searched for.
 */
function keepQueryOutOfLog(request: IncomingMessage, response: ServerResponse, path: string): void {
	const hide = () => void Object.assign(request, { originalUrl: path });
	response.once("finish", hide);
	response.once("close", hide);
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
