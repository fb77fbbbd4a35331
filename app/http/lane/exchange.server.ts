import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { cutShort, FORM_LIMIT_BYTES, holdBody } from "#app/http/body.server.ts";
import { problemResponse, readBody, toProblem } from "#app/http/respond.server.ts";

/** The request as the checks know it, without its body: they read the address and the headers. */
export function toRequest(incoming: IncomingMessage, init: RequestInit = {}): Request {
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	const address = new URL(incoming.url ?? "/", `http://${host}`);
	// Lists are only of cookies that are set, which no request does.
	return new Request(address, { ...init, headers: incoming.headers as Record<string, string> });
}

/** The same with its form: read whole where it says how long it is, and that is not too long, else as it comes. */
export async function toRequestWithForm(incoming: IncomingMessage): Promise<Request> {
	const length = Number(incoming.headers["content-length"] ?? Number.NaN);
	if (length <= FORM_LIMIT_BYTES) {
		const bytes = await readWhole(incoming);
		const request = toRequest(incoming, { method: "POST" });
		holdBody(request, bytes);
		return request;
	}
	const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
	return toRequest(incoming, { method: "POST", body, duplex: "half" } as RequestInit);
}

/** @throws DomainError 400 when the connection ends before the body does. */
function readWhole(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.once("end", () => resolve(new Uint8Array(Buffer.concat(chunks))));
		incoming.once("error", () => reject(cutShort()));
	});
}

/** Sends a whole answer, or ends the connection of one that has begun. */
export async function respondWith(outgoing: ServerResponse, answer: Response): Promise<void> {
	const text = readBody(answer);
	const body = typeof text === "string" ? text : await text;
	if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
	outgoing.statusCode = answer.status;
	outgoing.setHeaders(answer.headers);
	outgoing.end(body);
}

/** Sends what went wrong; a fault of ours is logged by the way. */
export async function respondWithProblem(outgoing: ServerResponse, error: unknown): Promise<void> {
	await respondWith(outgoing, problemResponse(toProblem(error)));
}
