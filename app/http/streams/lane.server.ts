import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { env } from "#app/env.server.ts";
import { problemResponse, toProblem } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { DomainError, Forbidden, NotFound } from "#app/models/errors.ts";
import { NodeSink } from "#app/realtime/sink/node.server.ts";
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
 * handed to anybody. Same URL, same checks, same hub as the Remix route behind it. What no route should have to
 * see is refused here as well.
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
		const refusal = whyRefused(request, path);
		if (refusal) return void respondWithProblem(response, refusal);
		const isRead = request.method === "GET" || request.method === "POST";
		const prepare = isRead && Object.hasOwn(LANES, path) ? LANES[path] : undefined;
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
		const openOn = await prepare(toRequest(incoming, incoming.method === "POST" ? incoming : null));
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
 * stack in the log, and only for pages), and a NUL in the address, which Postgres cannot hold.
 */
function whyRefused(request: IncomingMessage, path: string): DomainError | null {
	if (/%00/.test(path)) return new NotFound();
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

async function respondWithProblem(response: ServerResponse, error: unknown): Promise<void> {
	const problem = problemResponse(toProblem(error));
	if (response.headersSent || response.destroyed) return void response.destroy();
	response.writeHead(problem.status, Object.fromEntries(problem.headers));
	response.end(await problem.text());
}

/** The request as the checks know it: they read the address, the headers, and where there is one the form. */
function toRequest(incoming: IncomingMessage, form: IncomingMessage | null = null): Request {
	const headers = new Headers();
	for (const [name, value] of Object.entries(incoming.headers)) {
		for (const single of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, single);
	}
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	const address = new URL(incoming.url ?? "/", `http://${host}`);
	if (!form) return new Request(address, { headers });
	const body = Readable.toWeb(form) as ReadableStream<Uint8Array>;
	return new Request(address, { method: "POST", headers, body, duplex: "half" } as RequestInit);
}
