import { sql } from "drizzle-orm";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";
import { isTypoOf } from "./typos.ts";

export type Source = "articles" | "products";

type KnownStems = { version: string; stems: string[] };

/** All stems of a source (articles or product names), read again after something in it was saved. */
const known = () => singleton("known-stems", () => new Map<Source, Promise<KnownStems>>());

const MAX_CORRECTIONS = 3;

/** A version that changes with every save: the number of rows and the time of the newest. */
async function versionOf(source: Source): Promise<string> {
	const table = source === "articles" ? sql`articles` : sql`products`;
	const [row] = await db.execute<{ version: string }>(
		sql`select count(*) || ' ' || coalesce(max(updated_at)::text, '') as version from ${table}`,
	);
	return row?.version ?? "";
}

async function readStems(source: Source, version: string): Promise<KnownStems> {
	const texts =
		source === "articles"
			? "select search from article_passages where config = 'english'"
			: "select to_tsvector('english', name) from products";
	const rows = await db.execute<{ word: string }>(sql`select word from ts_stat(${texts})`);
	return { version, stems: rows.map(({ word }) => word) };
}

/** All stems of the articles or of the product names. */
export async function listStems(source: Source): Promise<string[]> {
	const version = await versionOf(source);
	const before = await known()
		.get(source)
		?.catch(() => null);
	if (before?.version === version) return before.stems;
	const reading = readStems(source, version);
	known().set(source, reading);
	return (await reading).stems;
}

/**
 * Stems of the articles or product names that an unknown word may be a misspelling of.
 * @param typed the stem of the unknown word. @returns at most 3.
 */
export async function correctToStems(typed: string, source: Source): Promise<string[]> {
	const stems = await listStems(source);
	return stems.filter((stem) => isTypoOf(typed, stem)).slice(0, MAX_CORRECTIONS);
}
