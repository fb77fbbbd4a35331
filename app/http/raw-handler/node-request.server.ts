import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
	FORM_LIMIT_BYTES,
	type FormFields,
	incompleteBody,
	isUrlEncoded,
	parseUrlEncoded,
	readFields,
} from "#app/http/body.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";

/** The headers of a Node request, read in place. */
export const headersOf = ({ headers }: IncomingMessage): WithHeaders["headers"] => ({
	get(name) {
		const value = headers[name.toLowerCase()];
		// Only `set-cookie` is a list, and no request has it.
		return typeof value === "string" ? value : null;
	},
});

/** Converts a Node request into a web Request; a POST keeps its body. */
export function toRequest(incoming: IncomingMessage): Request {
	const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : "localhost";
	const address = new URL(incoming.url ?? "/", `http://${host}`);
	const headers = incoming.headers as Record<string, string>;
	if (incoming.method !== "POST") return new Request(address, { headers });
	const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
	return new Request(address, { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

/**
 * Reads the fields of a form. The usual form, with a length and not multipart, is read without a web Request.
 * @throws DomainError 400 when the connection ends before the body does; see `readFields`
 */
export async function readNodeForm(incoming: IncomingMessage): Promise<FormFields> {
	const length = Number(incoming.headers["content-length"] ?? Number.NaN);
	if (!(length <= FORM_LIMIT_BYTES) || !isUrlEncoded(incoming.headers["content-type"] ?? ""))
		return readFields(toRequest(incoming));
	return parseUrlEncoded(await readWholeBody(incoming));
}

function readWholeBody(incoming: IncomingMessage): Promise<string> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
		incoming.once("end", () => resolve(Buffer.concat(chunks).toString()));
		incoming.once("error", () => reject(incompleteBody()));
	});
}
