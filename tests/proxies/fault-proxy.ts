import { once } from "node:events";
import {
	createServer,
	type IncomingMessage,
	request as openRequest,
	type ServerResponse,
	STATUS_CODES,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type Readable, Transform } from "node:stream";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/**
 * A simulated fault of the network. A fault applies to later requests; `black-hole`, `reset` and `status` also apply
 * to open requests, like a lost connection or a stopped server.
 */
export type Fault =
	| { mode: "pass" }
	/** Every byte of a response is delayed by this time. */
	| { mode: "latency"; ms: number }
	| { mode: "throttle"; bytesPerSecond: number }
	/** The response, including its head, is forwarded only after it has ended, as by a virus scanner. */
	| { mode: "store-and-forward" }
	/** The response is buffered and forwarded in pieces of at least this many bytes (default 64 KB). */
	| { mode: "buffer"; bytes?: number }
	/** A response is cut after this many bytes of its body, also inside a frame. */
	| { mode: "cut"; afterBytes: number }
	/** New connections are accepted, never answered and never closed. Open connections stay open and silent. */
	| { mode: "black-hole" }
	/** Connections are reset (RST). */
	| { mode: "reset" }
	/** A connection without data for this time (ms) is closed. */
	| { mode: "idle-kill"; ms: number }
	/** The proxy answers with this status instead of the server. */
	| { mode: "status"; status: 502 | 503 }
	/** HTTP/1.0 to client and server: one connection for each request, no chunked bodies. */
	| { mode: "http-1.0" }
	/** The headers X-Accel-Buffering, Cache-Control and Last-Event-ID are removed. */
	| { mode: "strip-headers" };

export interface FaultProxy {
	/** URL of the proxy without a slash at the end. */
	url: string;
	port: number;
	/**
	 * Sets the fault of the proxy. @param only pattern of the paths (with query) that have the fault; other requests
	 * are forwarded without it.
	 */
	set(fault: Fault, only?: RegExp): void;
	/** Closes all open connections, with FIN or with RST. */
	dropConnections(how?: "end" | "reset"): void;
	stop(): Promise<void>;
}

/** Headers that apply to a single connection and are not forwarded (RFC 9110, section 7.6.1). */
const HOP_BY_HOP_HEADERS = new Set([
	"connection",
	"keep-alive",
	"proxy-connection",
	"te",
	"transfer-encoding",
	"upgrade",
]);
const STRIPPED_HEADERS = new Set([
	...HOP_BY_HOP_HEADERS,
	"x-accel-buffering",
	"cache-control",
	"last-event-id",
]);
const BUFFER_BYTES = 64 * 1024;
/** Number of pieces in a second in which a throttled response is forwarded. */
const THROTTLE_STEPS_PER_SECOND = 20;

type Backend = { host: string; port: number };

/** A request that the proxy received from a client, and the response to it. */
interface ReceivedRequest {
	request: IncomingMessage;
	response: ServerResponse;
	/** Whether the connection is lost: then the proxy forwards no more bytes of the response, and not its end. */
	isLost: boolean;
}

/**
 * Starts a reverse proxy on 127.0.0.1 with faults that can be changed while it runs. Host, Origin and all other headers
 * are forwarded unchanged.
 * @param target the server behind the proxy, `http://host:port`.
 * @param port the port of the proxy; a free port by default.
 */
export async function startFaultProxy(target: string, port = 0): Promise<FaultProxy> {
	const { hostname, port: targetPort } = new URL(target);
	const backend = { host: hostname, port: Number(targetPort) || 80 };
	const open = new Set<ReceivedRequest>();
	let { fault, only }: { fault: Fault; only?: RegExp } = { fault: { mode: "pass" } };
	const faultFor = ({ request }: ReceivedRequest): Fault =>
		!only || only.test(request.url ?? "") ? fault : { mode: "pass" };

	const server = createServer((request, response) => {
		const exchange: ReceivedRequest = { request, response, isLost: false };
		open.add(exchange);
		response.once("close", () => open.delete(exchange));
		response.on("error", () => {});
		const met = faultFor(exchange);
		if (met.mode === "black-hole") exchange.isLost = true;
		else if (met.mode === "reset") request.socket.resetAndDestroy();
		else if (met.mode === "status") sendStatus(response, met.status);
		else if (met.mode === "http-1.0") forwardAsHttp10(exchange, backend);
		else forwardRequest(exchange, backend, met);
	});
	server.keepAliveTimeout = 75_000;
	server.on("clientError", (_error, socket) => socket.destroy());
	server.listen(port, "127.0.0.1");
	await once(server, "listening");
	const listeningOn = (server.address() as AddressInfo).port;

	return {
		url: `http://127.0.0.1:${listeningOn}`,
		port: listeningOn,
		set(next, strikes) {
			[fault, only] = [next, strikes];
			for (const exchange of [...open]) {
				const met = faultFor(exchange);
				if (met.mode === "black-hole") exchange.isLost = true;
				if (met.mode === "reset") exchange.request.socket.resetAndDestroy();
				if (met.mode === "status") exchange.request.socket.destroy();
			}
		},
		dropConnections(how = "end") {
			for (const { request } of [...open])
				how === "reset" ? request.socket.resetAndDestroy() : request.socket.destroy();
		},
		async stop() {
			server.closeAllConnections();
			if (server.listening) await new Promise((resolve) => server.close(resolve));
		},
	};
}

function sendStatus(response: ServerResponse, status: number): void {
	response.writeHead(status, { "Content-Type": "text/html", Connection: "close" });
	response.end(`<html><body><h1>${status} ${STATUS_CODES[status]}</h1></body></html>\n`);
}

function forwardRequest(exchange: ReceivedRequest, backend: Backend, fault: Fault): void {
	const { request, response } = exchange;
	const dropped = fault.mode === "strip-headers" ? STRIPPED_HEADERS : HOP_BY_HOP_HEADERS;
	const upstream = openRequest({
		...backend,
		agent: false,
		setHost: false,
		method: request.method,
		path: request.url,
		headers: withoutHeaders(request.rawHeaders, dropped),
	});
	request.pipe(upstream);
	response.once("close", () => upstream.destroy());
	if (fault.mode === "idle-kill") request.socket.setTimeout(fault.ms);
	upstream.once("error", () => {
		if (exchange.isLost || response.destroyed) return;
		if (response.headersSent) response.destroy();
		else sendStatus(response, 502);
	});
	upstream.once("response", async (incoming) => {
		const head = () => {
			if (exchange.isLost || response.headersSent || response.destroyed) return;
			const headers = withoutHeaders(incoming.rawHeaders, dropped);
			response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers);
			response.flushHeaders();
		};
		if (fault.mode === "latency") setTimeout(head, fault.ms);
		else if (fault.mode !== "store-and-forward" && fault.mode !== "buffer") head();
		try {
			for await (const piece of shapeBody(incoming, fault)) {
				// The server does not notice the fault: the bytes of its response are dropped while the client waits.
				if (exchange.isLost) await once(response, "close");
				head();
				if (!response.write(piece)) await Promise.race([once(response, "drain"), once(response, "close")]);
			}
			if (exchange.isLost) return;
			head();
			response.end();
		} catch {
			if (!exchange.isLost) response.destroy();
		}
	});
}

/**
 * Forwards a request with HTTP/1.0. Node's HTTP client writes HTTP/1.1 only, so the request's head is written here
 * and the body is copied.
 */
async function forwardAsHttp10(exchange: ReceivedRequest, backend: Backend): Promise<void> {
	const { request } = exchange;
	const { socket } = request;
	const upstream = connect(backend);
	socket.once("close", () => upstream.destroy());
	const kept = withoutHeaders(request.rawHeaders, HOP_BY_HOP_HEADERS);
	const lines = [`${request.method} ${request.url} HTTP/1.0`];
	for (let index = 0; index < kept.length; index += 2) lines.push(`${kept[index]}: ${kept[index + 1]}`);
	upstream.write(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`, "latin1");
	request.pipe(upstream, { end: false });
	try {
		let isFirst = true;
		for await (const piece of upstream as AsyncIterable<Buffer>) {
			if (exchange.isLost) await once(socket, "close");
			if (isFirst) piece.write("HTTP/1.0", "latin1");
			isFirst = false;
			if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
		}
		if (!exchange.isLost) socket.end();
	} catch {
		if (!exchange.isLost) socket.destroy();
	}
}

/** Removes some headers from a list. @returns a list of alternating names and values, like Node's raw headers. */
function withoutHeaders(raw: readonly string[], dropped: ReadonlySet<string>): string[] {
	return raw.filter((_, index) => !dropped.has(raw[index - (index % 2)]?.toLowerCase() ?? ""));
}

/** The body of a response, changed by the fault. @throws where the fault cuts the response. */
async function* shapeBody(body: Readable, fault: Fault): AsyncGenerator<Buffer> {
	let seen = 0;
	let held: Buffer[] = [];
	const isHeld = fault.mode === "store-and-forward" || fault.mode === "buffer";
	const keep = fault.mode === "buffer" ? (fault.bytes ?? BUFFER_BYTES) : Number.POSITIVE_INFINITY;
	const source = fault.mode === "latency" ? body.pipe(createDelayStream(fault.ms)) : body;
	if (source !== body) body.once("error", (error) => source.destroy(error));
	for await (const piece of source as AsyncIterable<Buffer>) {
		if (fault.mode === "cut" && seen + piece.length > fault.afterBytes) {
			yield piece.subarray(0, fault.afterBytes - seen);
			// The bytes must leave this process before the connection is destroyed.
			await nextTurn();
			throw new Error("cut");
		}
		seen += piece.length;
		if (isHeld) {
			held.push(piece);
			if (held.reduce((sum, { length }) => sum + length, 0) < keep) continue;
			yield Buffer.concat(held);
			held = [];
		} else if (fault.mode === "throttle") {
			const step = Math.max(1, Math.ceil(fault.bytesPerSecond / THROTTLE_STEPS_PER_SECOND));
			for (let at = 0; at < piece.length; at += step) {
				yield piece.subarray(at, at + step);
				await sleep(1_000 / THROTTLE_STEPS_PER_SECOND);
			}
		} else yield piece;
	}
	if (held.length > 0) yield Buffer.concat(held);
}

function createDelayStream(ms: number): Transform {
	return new Transform({
		transform(piece, _encoding, done) {
			setTimeout(() => this.push(piece), ms);
			done();
		},
		flush: (done) => void setTimeout(done, ms),
	});
}
