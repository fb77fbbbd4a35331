import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { attachBody, FORM_LIMIT_BYTES, incompleteBody } from "#app/http/body.server.ts";
import { problemResponse, readBody, toProblem } from "#app/http/respond.server.ts";

/** Converts a Node request into a web Request without a body, for checks that read the URL and the headers. */
export function toRequest(incoming: IncomingMessage, init: RequestInit = {}): Request {
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	const address = new URL(incoming.url ?? "/", `http://${host}`);
	// Only `set-cookie` is a list, and no request has it.
	return new Request(address, { ...init, headers: incoming.headers as Record<string, string> });
}

/** The same with the body of a form: read completely if its Content-Length is within the limit, else streamed. */
export async function toRequestWithForm(incoming: IncomingMessage): Promise<Request> {
	const length = Number(incoming.headers["content-length"] ?? Number.NaN);
	if (length <= FORM_LIMIT_BYTES) {
		const bytes = await readWholeBody(incoming);
		const request = toRequest(incoming, { method: "POST" });
		attachBody(request, bytes);
		return request;
	}
	const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
	return toRequest(incoming, { method: "POST", body, duplex: "half" } as RequestInit);
}

/** @throws DomainError 400 when the connection ends before the body does. */
function readWholeBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.once("end", () => resolve(new Uint8Array(Buffer.concat(chunks))));
		incoming.once("error", () => reject(incompleteBody()));
	});
}

/** Sends a response. If the head was sent already, it closes the connection instead. */
export async function respondWith(outgoing: ServerResponse, answer: Response): Promise<void> {
	const text = readBody(answer);
	const body = typeof text === "string" ? text : await text;
	if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
	outgoing.statusCode = answer.status;
	outgoing.setHeaders(answer.headers);
	outgoing.end(body);
}

/** Sends an error as problem+json; internal errors are logged. */
export async function respondWithProblem(outgoing: ServerResponse, error: unknown): Promise<void> {
	await respondWith(outgoing, problemResponse(toProblem(error)));
}
