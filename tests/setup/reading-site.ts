import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Stream = { write(text: string): void; end(): void; response: ServerResponse };

/**
 * A test server with the chat's URLs and an event log. Each simulated network decides what it passes on to the browser.
 */
export class SimulatedSite {
	seq = 0;
	/** Difference between the server's and the browser's clock, in ms. */
	clock = 0;
	streams = new Set<Stream>();
	asked: string[] = [];
	waiting = new Set<() => void>();
	server: Server;
	/** The simulated network: returns true when it answers a request itself, or false to pass the request on. */
	network: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
	/** How the simulated network treats an event on an event stream. */
	passes: (stream: Stream, text: string) => void = (stream, text) => stream.write(text);

	constructor() {
		this.server = createServer((request, response) => {
			this.asked.push(`${request.method} ${request.url?.split("?")[0]}`);
			if (this.network(request, response)) return;
			if (request.url?.startsWith("/events")) void this.stream(request, response);
			else void this.poll(request, response);
		});
	}

	async listen() {
		await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stream(request: IncomingMessage, response: ServerResponse) {
		const query =
			request.method === "POST"
				? new URLSearchParams(await bodyOf(request))
				: new URL(request.url ?? "", "http://x").searchParams;
		response.writeHead(200, { "Content-Type": "text/event-stream" });
		const stream: Stream = {
			response,
			write: (text) => void response.write(text),
			end: () => void response.end(),
		};
		this.streams.add(stream);
		response.on("close", () => this.streams.delete(stream));
		const hello = { sessionId: "s", epoch: "epoch", hb: 15_000, now: Date.now() + this.clock };
		this.passes(stream, frame(null, "joined-chat", hello));
		for (let seq = sequenceIn(query) + 1; seq <= this.seq; seq += 1) this.passes(stream, this.frameOf(seq));
	}

	async poll(request: IncomingMessage, response: ServerResponse) {
		const url = new URL(request.url ?? "", "http://x");
		const from = sequenceIn(url.searchParams);
		if (url.pathname === "/poll" && from >= this.seq) {
			await new Promise<void>((resolve) => {
				const done = () => {
					this.waiting.delete(done);
					resolve();
				};
				this.waiting.add(done);
				setTimeout(done, 300);
			});
		}
		const events = Array.from({ length: Math.max(0, this.seq - from) }, (_, index) =>
			eventOf(from + index + 1),
		);
		response.setHeader("Content-Type", "application/json");
		response.end(JSON.stringify({ events, cursor: `epoch.p${this.seq}`, more: false }));
	}

	/**
	 * Writes a message into the test server's event log.
	 * @returns the message's sequence.
	 */
	writeMessage(): number {
		this.seq += 1;
		for (const stream of this.streams) this.passes(stream, this.frameOf(this.seq));
		for (const wake of [...this.waiting]) wake();
		return this.seq;
	}

	beat(sentAt = Date.now()) {
		for (const stream of this.streams) this.passes(stream, frame(null, "hb", { now: sentAt + this.clock }));
	}

	frameOf(seq: number) {
		const { id, type, data } = eventOf(seq);
		return frame(id, type, data);
	}
}

/** The `new-message` event with a given sequence, as the server returns it to a browser that missed events. */
export const eventOf = (seq: number) => ({
	id: `epoch.p${seq}`,
	type: "new-message",
	data: {
		stream: "public",
		seq,
		message: {
			id: `m${seq}`,
			sessionId: "s",
			seq,
			clientMessageId: null,
			senderType: "user",
			senderName: null,
			message: `words ${seq}`,
			messageType: "text",
			metadata: {},
			isRead: false,
			sentAt: "2026-01-01T00:00:00.000Z",
		},
	},
});

const frame = (id: string | null, type: string, data: unknown) =>
	`${id ? `id: ${id}\n` : ""}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
const sequenceIn = (query: URLSearchParams) => Number(/\.p(\d+)/.exec(query.get("cursor") ?? "")?.[1] ?? 0);

async function bodyOf(request: IncomingMessage): Promise<string> {
	let text = "";
	for await (const chunk of request) text += chunk;
	return text;
}
