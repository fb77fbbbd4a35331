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
 * A network fault. It applies to later requests; `black-hole`, `reset` and `status` also apply to open ones, as a
 * dead connection or a dead server behind a proxy does.
 */
export type Fault =
	| { mode: "pass" }
	/** Delays every byte of a response. */
	| { mode: "latency"; ms: number }
	| { mode: "throttle"; bytesPerSecond: number }
	/** Passes nothing on before the response has ended, as a virus scanner does. */
	| { mode: "store-and-forward" }
	/** Passes the response on in pieces of at least this many bytes, 64 KB by default. */
	| { mode: "buffer"; bytes?: number }
	/** Ends a response abruptly after this many bytes of its body, even in the middle of a frame. */
	| { mode: "cut"; afterBytes: number }
	/** Accepts and never answers, without a FIN; open connections stay open and silent. */
	| { mode: "black-hole" }
	/** Ends connections with RST. */
	| { mode: "reset" }
	/** Ends a connection that was idle for this time, as Node's server does with a timeout. */
	| { mode: "idle-kill"; ms: number }
	/** Answers in place of the server. */
	| { mode: "status"; status: 502 | 503 }
	/** Uses HTTP/1.0 on both sides: one request for each connection, no chunked encoding. */
	| { mode: "http-1.0" }
	/** Removes X-Accel-Buffering, Cache-Control and Last-Event-ID. */
	| { mode: "strip-headers" };

export interface FaultProxy {
	/** URL without a slash at the end. */
	url: string;
	port: number;
	/** Sets the fault. @param only pattern of the paths (with query) that it applies to. */
	set(fault: Fault, only?: RegExp): void;
	/** Ends open connections: by an abrupt FIN, or by RST. */
	dropConnections(how?: "end" | "reset"): void;
	stop(): Promise<void>;
}

/** Hop-by-hop headers (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
	"connection",
	"keep-alive",
	"proxy-connection",
	"te",
	"transfer-encoding",
	"upgrade",
]);
const STRIPPED = new Set([...HOP_BY_HOP, "x-accel-buffering", "cache-control", "last-event-id"]);
const BUFFER_BYTES = 64 * 1024;
/** Times a second that a throttled response is passed on. */
const THROTTLE_STEPS = 20;

type Backend = { host: string; port: number };

/** A request in progress. */
interface Exchange {
	request: IncomingMessage;
	response: ServerResponse;
	/** Whether the connection is dead: nothing passes through it any more, not even its end. */
	isLost: boolean;
}

/**
 * A reverse proxy on 127.0.0.1 whose fault can be changed while it runs. Host, Origin and all other end-to-end
 * headers pass unchanged. @param target the server behind it, `http://host:port`. @param port to listen on; a free
 * one by default.
 */
export async function startFaultProxy(target: string, port = 0): Promise<FaultProxy> {
	const { hostname, port: targetPort } = new URL(target);
	const backend = { host: hostname, port: Number(targetPort) || 80 };
	const open = new Set<Exchange>();
	let { fault, only }: { fault: Fault; only?: RegExp } = { fault: { mode: "pass" } };
	const faultFor = ({ request }: Exchange): Fault =>
		!only || only.test(request.url ?? "") ? fault : { mode: "pass" };

	const server = createServer((request, response) => {
		const exchange: Exchange = { request, response, isLost: false };
		open.add(exchange);
		response.once("close", () => open.delete(exchange));
		response.on("error", () => {});
		const met = faultFor(exchange);
		if (met.mode === "black-hole") exchange.isLost = true;
		else if (met.mode === "reset") request.socket.resetAndDestroy();
		else if (met.mode === "status") refuse(response, met.status);
		else if (met.mode === "http-1.0") forwardAsHttp10(exchange, backend);
		else forward(exchange, backend, met);
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

function refuse(response: ServerResponse, status: number): void {
	response.writeHead(status, { "Content-Type": "text/html", Connection: "close" });
	response.end(`<html><body><h1>${status} ${STATUS_CODES[status]}</h1></body></html>\n`);
}

function forward(exchange: Exchange, backend: Backend, fault: Fault): void {
	const { request, response } = exchange;
	const dropped = fault.mode === "strip-headers" ? STRIPPED : HOP_BY_HOP;
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
		else refuse(response, 502);
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
			for await (const piece of shape(incoming, fault)) {
				// The server is not informed: its writes are lost for as long as the client waits.
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

/** Node's client and server use HTTP/1.1 only, so the head is written by hand and the body is copied. */
async function forwardAsHttp10(exchange: Exchange, backend: Backend): Promise<void> {
	const { request } = exchange;
	const { socket } = request;
	const upstream = connect(backend);
	socket.once("close", () => upstream.destroy());
	const kept = withoutHeaders(request.rawHeaders, HOP_BY_HOP);
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

/** @returns names and values in turn, like Node's raw headers. */
function withoutHeaders(raw: readonly string[], dropped: ReadonlySet<string>): string[] {
	return raw.filter((_, index) => !dropped.has(raw[index - (index % 2)]?.toLowerCase() ?? ""));
}

/** The body as the network delivers it; throws where the network ends it. */
async function* shape(body: Readable, fault: Fault): AsyncGenerator<Buffer> {
	let seen = 0;
	let held: Buffer[] = [];
	const isHeld = fault.mode === "store-and-forward" || fault.mode === "buffer";
	const keep = fault.mode === "buffer" ? (fault.bytes ?? BUFFER_BYTES) : Number.POSITIVE_INFINITY;
	const source = fault.mode === "latency" ? body.pipe(delay(fault.ms)) : body;
	if (source !== body) body.once("error", (error) => source.destroy(error));
	for await (const piece of source as AsyncIterable<Buffer>) {
		if (fault.mode === "cut" && seen + piece.length > fault.afterBytes) {
			yield piece.subarray(0, fault.afterBytes - seen);
			// Lets the written bytes leave the process before the connection is destroyed.
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
			const step = Math.max(1, Math.ceil(fault.bytesPerSecond / THROTTLE_STEPS));
			for (let at = 0; at < piece.length; at += step) {
				yield piece.subarray(at, at + step);
				await sleep(1_000 / THROTTLE_STEPS);
			}
		} else yield piece;
	}
	if (held.length > 0) yield Buffer.concat(held);
}

function delay(ms: number): Transform {
	return new Transform({
		transform(piece, _encoding, done) {
			setTimeout(() => this.push(piece), ms);
			done();
		},
		flush: (done) => void setTimeout(done, ms),
	});
}
