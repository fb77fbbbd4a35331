import type { z } from "zod/v4";
import { DomainError, Invalid } from "#app/models/errors.ts";

/** Most bytes a body of JSON may have. */
const JSON_LIMIT_BYTES = 64 * 1024;

/**
 * … and a form, which writes each byte that is not of the Latin alphabet as three: the longest message in Chinese
 * is 90,000 bytes of it, and a translation is sent with its original. One that is too long for a message should
 * come back to whoever wrote it.
 */
export const FORM_LIMIT_BYTES = 256 * 1024;

const held = new WeakMap<Request, Uint8Array<ArrayBuffer>>();

/**
 * Gives a request, made without a body, the bytes that were read for it: a stream that is made around bytes at
 * hand only to be read again takes as long as all else that is done with a message's form.
 */
export function holdBody(request: Request, bytes: Uint8Array<ArrayBuffer>): void {
	held.set(request, bytes);
}

class BadBody extends DomainError {}

/**
 * Reads and checks a JSON body.
 * @throws DomainError 415 when it is not declared as JSON, 413 over 64 KB, 400 when malformed, 422 with field errors.
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

/**
 * Reads and checks a form.
 * @throws DomainError 415, 413 over 256 KB, 400 when its parts are malformed, or 422 with field errors.
 */
export async function readForm<Schema extends z.ZodType>(
	request: Request,
	schema: Schema,
): Promise<z.infer<Schema>> {
	const type = request.headers.get("Content-Type") ?? "";
	if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
		return check(Object.fromEntries(new URLSearchParams(await readText(request, FORM_LIMIT_BYTES))), schema);
	}
	if (/^multipart\/form-data\b/i.test(type)) {
		// Bounded before it is parsed: the parser would otherwise hold whatever is sent.
		const bytes = await readBytes(request, FORM_LIMIT_BYTES);
		const form = await new Response(bytes, { headers: { "Content-Type": type } }).formData().catch(() => {
			throw new BadBody(400, "Malformed form", "The form's parts cannot be told apart.");
		});
		const fields = [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string");
		return check(Object.fromEntries(fields), schema);
	}
	throw new BadBody(415, "Unsupported media type", "Send the form as application/x-www-form-urlencoded.");
}

/** Checks search parameters. @throws Invalid with field errors. */
export function readQuery<Schema extends z.ZodType>(request: Request, schema: Schema): z.infer<Schema> {
	return check(Object.fromEntries(new URL(request.url).searchParams), schema);
}

/** Checks any value from outside. @throws Invalid with an error for each field. */
export function check<Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	// A map, since a field may have any name, also one that every object has.
	const fieldErrors = new Map<string, string[]>();
	for (const issue of flatten(parsed.error.issues, value)) {
		const field = issue.path.join(".") || "body";
		fieldErrors.set(field, [...(fieldErrors.get(field) ?? []), issue.message]);
	}
	throw new Invalid(Object.fromEntries(fieldErrors));
}

/**
 * "Matches none of these" helps nobody: of several ways to be right, the one is told of which least is
 * missing, and then the one with the fewest faults.
 */
function flatten(issues: z.core.$ZodIssue[], value: unknown): z.core.$ZodIssue[] {
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

/** Somebody who went in the middle of their form: no fault of ours, and nobody is there to hear of it. */
export const cutShort = () => new BadBody(400, "Incomplete", "The connection ended before the body did.");

async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
	const tooLarge = () =>
		new BadBody(413, "Too large", `The body may have at most ${Math.round(limit / 1024)} KB.`);
	if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw tooLarge();
	const atHand = held.get(request);
	if (atHand) return atHand;
	const chunks: Uint8Array[] = [];
	let size = 0;
	const reader = request.body?.getReader();
	while (reader) {
		const { done, value } = await reader.read().catch(() => {
			throw cutShort();
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
