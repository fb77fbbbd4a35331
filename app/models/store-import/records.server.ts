import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod/v4";
import { removeEmptyValues } from "./empty-values.ts";
import { readText, UnreadableText } from "./file-text.server.ts";
import { typeFaultText } from "./schema.ts";

/** Messages about the imported files, one line each, with the file, the path of the value and the reason. */
export type StoreReport = {
	/** Messages about files and records that are not imported. */
	refused: string[];
	/** Messages about values in imported records that were ignored or changed. */
	notes: string[];
};

/** The path of a value in an imported file as text: `orders.json["#W123"].items[2].price`. */
export function pathText(file: string, path: readonly PropertyKey[]): string {
	let text = file;
	for (const key of path) {
		if (typeof key === "number") text += `[${key}]`;
		else if (/^[A-Za-z_$][\w$]*$/.test(String(key)) && text !== file) text += `.${String(key)}`;
		else text += `[${JSON.stringify(String(key))}]`;
	}
	return text;
}

/** Collects the messages about faults in one import of a store's three files. */
export class ImportMessages {
	readonly report: StoreReport = { refused: [], notes: [] };
	/** The records that each note is about, so that a note about many records is one line. */
	readonly #noted = new Map<string, string[]>();

	readonly #refusedRecords = new Set<string>();

	refuse(location: string, fault: string) {
		this.report.refused.push(`${location}: ${fault}.`);
	}

	/** @param path the record's key in its file, then the path of the value within the record. */
	refuseRecord(file: string, path: [string, ...PropertyKey[]], fault: string) {
		this.#refusedRecords.add(pathText(file, [path[0]]));
		this.refuse(pathText(file, path), fault);
	}

	isRefused(file: string, key: string): boolean {
		return this.#refusedRecords.has(pathText(file, [key]));
	}

	/** @param field the path of the field within the record without list indexes; empty for the record itself. */
	note(file: string, key: string, field: string, what: string) {
		const line = `${file}${field ? ` ${field}` : ""}: ${what}`;
		this.#noted.set(line, [...(this.#noted.get(line) ?? []), key]);
	}

	finish(): StoreReport {
		for (const [line, keys] of this.#noted) {
			this.report.notes.push(`${line} (${[...new Set(keys)].map((key) => JSON.stringify(key)).join(", ")}).`);
		}
		return this.report;
	}
}

/**
 * The valid records of one imported file, by key.
 * @returns null when the file cannot be read. A faulty record is reported with all its faults and left out.
 */
export async function readRecords<Schema extends z.ZodType>(
	directory: string,
	file: string,
	schema: Schema,
	messages: ImportMessages,
): Promise<[string, z.output<Schema>][] | null> {
	const table = await readTable(join(directory, file), file, messages);
	if (!table) return null;
	const records: [string, z.output<Schema>][] = [];
	for (const [key, given] of Object.entries(table)) {
		if (given === null) {
			messages.note(file, key, "", "records that are null were skipped");
			continue;
		}
		const value = removeEmptyValues(given, ({ path, why }) => {
			const field = path.filter((part) => typeof part === "string").join(".");
			messages.note(file, key, field, why);
		});
		const parsed = schema.safeParse(value, { error: typeFaultText });
		if (parsed.success) records.push([key, parsed.data]);
		else {
			for (const issue of parsed.error.issues)
				messages.refuseRecord(file, [key, ...issue.path], issue.message);
		}
	}
	return records;
}

/** The JSON object in an imported file; null, with an entry in the report, when the file has none. */
async function readTable(
	path: string,
	file: string,
	messages: ImportMessages,
): Promise<Record<string, unknown> | null> {
	let source: string;
	try {
		const { text, encoding } = await readText(await readFile(path));
		source = text;
		if (encoding !== "UTF-8") messages.report.notes.push(`${file}: read as ${encoding}; check its letters.`);
	} catch (error) {
		messages.refuse(path, unreadableReason(error));
		return null;
	}
	let data: unknown;
	try {
		data = JSON.parse(source);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		messages.refuse(path, `this is not valid JSON: ${error.message}`);
		return null;
	}
	if (typeof data === "object" && data !== null && !Array.isArray(data))
		return data as Record<string, unknown>;
	messages.refuse(path, "this must be one JSON object with a record under each id");
	return null;
}

/**
 * Why an imported file cannot be read, as a sentence.
 * @throws the error again when it is not a fault of the file.
 */
function unreadableReason(error: unknown): string {
	if (error instanceof UnreadableText) return error.message;
	const { code } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return "there is no such file in that folder";
	if (code) return `it cannot be read (${code})`;
	throw error;
}
