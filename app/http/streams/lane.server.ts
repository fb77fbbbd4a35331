import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { env } from "#app/env.server.ts";
import { problemResponse, toProblem } from "#app/http/respond.server.ts";
import { createNodeSink } from "#app/realtime/sink/node.server.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { type PrepareStream, prepareAgentEvents, prepareCustomerEvents } from "./events.server.ts";

/** The stream URLs that are answered in the lane. */
const LANES: Record<string, PrepareStream> = {
	"/chat/events": prepareCustomerEvents,
	"/admin/chat/events": prepareAgentEvents,
};

/**
 * Places a listener of ours in front of remix-serve's for the stream URLs, so that an open stream is Node's
 * response and nothing more: a fifth of the memory, and back-pressure that tells the truth. remix-serve gives
 * no handle to its server; the diagnostics message of the first request carries it, before the request is
 * handed to anybody. Same URL, same checks, same hub as the Remix route behind it.
 */
export function openLane(): void {
	if (env().STREAM_LANE === "off") return;
	singleton("stream-lane", () => {
		const placed = new WeakSet<Server>();
		subscribe("http.server.request.start", (message) => {
			const { server } = message as { server: Server };
			if (placed.has(server)) return;
			placed.add(server);
			placeInFront(server);
		});
		return placed;
	});
}

function placeInFront(server: Server): void {
	const behind = server.listeners("request") as ((
		request: IncomingMessage,
		response: ServerResponse,
	) => void)[];
	server.removeAllListeners("request");
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		const path = request.url?.split("?", 1)[0] ?? "";
		const prepare = request.method === "GET" && Object.hasOwn(LANES, path) ? LANES[path] : undefined;
		if (prepare) void serve(prepare, request, response);
		else for (const listener of behind) listener.call(server, request, response);
	});
}

async function serve(
	prepare: PrepareStream,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	try {
		const openOn = await prepare(toRequest(incoming));
		if (response.destroyed) return openOn(createNodeSink(response));
		response.writeHead(200, SSE_HEADERS);
		response.flushHeaders();
		openOn(createNodeSink(response));
	} catch (error) {
		const problem = problemResponse(toProblem(error));
		response.writeHead(problem.status, Object.fromEntries(problem.headers));
		response.end(await problem.text());
	}
}

/** The request as the checks know it: they read the address and the headers. */
function toRequest(incoming: IncomingMessage): Request {
	const headers = new Headers();
	for (const [name, value] of Object.entries(incoming.headers)) {
		for (const single of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, single);
	}
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	return new Request(new URL(incoming.url ?? "/", `http://${host}`), { headers });
}
