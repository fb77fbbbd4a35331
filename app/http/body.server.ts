import type { IncomingMessage } from "node:http";
import type { z } from "zod/v4";
import { DomainError, Invalid } from "#app/models/errors.ts";
import { toRequest, type WithHeaders } from "./exchange.server.ts";

/** Largest JSON body of a request in bytes. */
const JSON_LIMIT_BYTES = 64 * 1024;

/**
 * Largest form in bytes. A form encodes each non-ASCII byte as three: the longest allowed message in Chinese has
 * 90,000 bytes, and a translation is sent with its original. The limit is higher, because a message that is too long
 * must be returned to its author with an error text.
 */
const FORM_LIMIT_BYTES = 256 * 1024;

/** The fields of a form as they were sent. */
export type FormFields = Record<string, string>;

/** A form that was sent, with the headers of its request. */
export type FormPost = WithHeaders & { fields: FormFields };

class BadBody extends DomainError {}

/**
 * Reads and validates a JSON body.
 * @throws DomainError 415 when the body is not declared as JSON, 413 over 64 KB, 400 when malformed, 422 with field
 * errors.
 */
export async function readJson<Schema extends z.ZodType>(
	request: Request,
	schema: Schema,
): Promise<z.infer<Schema>> {
	const type = request.headers.get("Content-Type") ?? "";
	if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) {
		throw new BadBody(415, "Unsupported media type", "Send the body as application/json.");
	}
	const text = await readText(request, JSON_LIMIT_BYTES);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new BadBody(400, "Malformed JSON", "The body is not valid JSON.");
	}
	return check(value, schema);
}

/** Reads and validates a form. @throws Invalid with field errors; see `readFields` */
export async function readForm<Schema extends z.ZodType>(
	request: Request,
	schema: Schema,
): Promise<z.infer<Schema>> {
	return check(await readFields(request), schema);
}

/** Whether a Content-Type is that of an HTML form without files. */
const isUrlEncoded = (type: string): boolean => /^application\/x-www-form-urlencoded\b/i.test(type);

/** The fields in the body of an HTML form without files; of several fields with the same name, the last. */
const parseUrlEncoded = (body: string): FormFields => Object.fromEntries(new URLSearchParams(body));

/**
 * Reads the fields of a form, without its files.
 * @throws DomainError 415 when the body is not a form, 413 over 256 KB, 400 when the form's parts are malformed.
 */
export async function readFields(request: Request): Promise<FormFields> {
	const type = request.headers.get("Content-Type") ?? "";
	if (isUrlEncoded(type)) return parseUrlEncoded(await readText(request, FORM_LIMIT_BYTES));
	if (/^multipart\/form-data\b/i.test(type)) {
		// The size of the form is checked before parsing, because the parser keeps all bytes in memory.
		const bytes = await readBytes(request, FORM_LIMIT_BYTES);
		const form = await new Response(bytes, { headers: { "Content-Type": type } }).formData().catch(() => {
			throw new BadBody(400, "Malformed form", "The form's parts cannot be told apart.");
		});
		const fields = [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string");
		return Object.fromEntries(fields);
	}
	throw new BadBody(415, "Unsupported media type", "Send the form as application/x-www-form-urlencoded.");
}

/**
 * Reads the fields of a form from Node's request. A form with a Content-Length that is not multipart, the usual case,
 * is read without a web Request, which costs time.
 * @throws DomainError 400 when the connection ends before the whole body has arrived; see `readFields`
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

/** Validates the query parameters. @throws Invalid with field errors. */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.infer<Schema> {
	return check(Object.fromEntries(new URL(request.url).searchParams), schema);
}

/** Validates a value from outside. @throws Invalid with an error for each field. */
export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	// A Map, because a field may have any name, such as `constructor`.
	const fieldErrors = new Map<string, string[]>();
	for (const issue of flattenUnionIssues(parsed.error.issues, value)) {
		const field = issue.path.join(".") || "body";
		fieldErrors.set(field, [...(fieldErrors.get(field) ?? []), issue.message]);
	}
	throw new Invalid(Object.fromEntries(fieldErrors));
}

/**
 * Turns the errors of a schema into a list. When a value matches none of several alternatives, the reported errors
 * are those of the alternative with the fewest missing fields, and among these of the one with the fewest errors.
 */
function flattenUnionIssues(issues: z.core.$ZodIssue[], value: unknown): z.core.$ZodIssue[] {
	const countMissing = (inner: z.core.$ZodIssue[]) =>
		inner.filter(({ path }) => isMissing(value, path)).length;
	return issues.flatMap((issue) => {
		if (issue.code !== "invalid_union") return [issue];
		const [nearest] = [...issue.errors].sort(
			(a, b) => countMissing(a) - countMissing(b) || a.length - b.length,
		);
		if (!nearest || nearest.length === 0) return [issue];
		return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
	});
}

function isMissing(value: unknown, path: PropertyKey[]): boolean {
	let inner = value;
	for (const key of path) inner = (inner as Record<PropertyKey, unknown> | null | undefined)?.[key];
	return inner === undefined;
}

async function readText(request: Request, limit: number): Promise<string> {
	return new TextDecoder().decode(await readBytes(request, limit));
}

/** The error for a client that disconnected while it sent a form; this is not an error of the server. */
const incompleteBody = () => new BadBody(400, "Incomplete", "The connection ended before the body did.");

async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
	const tooLarge = () =>
		new BadBody(413, "Too large", `The body may have at most ${Math.round(limit / 1024)} KB.`);
	if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge();
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader = request.body?.getReader();
	while (reader) {
		const { done, value } = await reader.read().catch(() => {
			throw incompleteBody();
		});
		if (done) break;
		size += value.byteLength;
		if (size > limit) {
			await reader.cancel();
			throw tooLarge();
		}
		chunks.push(value);
	}
	const bytes = new Uint8Array(size);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.byteLength;
	}
	return bytes;
}
