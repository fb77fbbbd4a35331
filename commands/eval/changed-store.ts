import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
import { CommandError } from "../steps/command.ts";
import { runNode } from "./run-node.ts";

/**
 * The tables that changed articles or settings can affect. The changed store gets a copy of each; all other tables are
 * the store's own.
 */
const COPIED_TABLES = ["settings", "articles", "article_passages", "passage_vectors", "answer_cache"];
const SCHEMA_PREFIX = "mevi_eval_";
const DAY_MS = 24 * 60 * 60_000;

export type StoreChange = {
	/** A folder of Markdown articles that replace the store's articles. */
	knowledge?: string;
	/** The settings by key that replace the store's settings. */
	settings: Record<string, unknown>;
};

/** Reads settings from a YAML or JSON file. @throws CommandError */
export function readSettings(path: string): Record<string, unknown> {
	try {
		return z.record(z.string(), z.unknown()).parse(parse(readFileSync(path, "utf8")));
	} catch (error) {
		throw new CommandError(`${path} cannot be used: ${(error as Error).message.split("\n")[0]}.`);
	}
}

/**
 * Creates a database schema with changed copies of the affected tables, beside the store's own tables; customers do not
 * see the copies.
 * @returns a database URL with which a process sees the copies instead of the store's own tables, and a function that
 * drops the copies.
 * @throws CommandError when the changed articles cannot be used.
 */
export async function createChangedStore(
	databaseUrl: string,
	change: StoreChange,
): Promise<{ url: string; drop: () => Promise<void> }> {
	const { sql } = await import("#db/client.server.ts");
	const schema = `${SCHEMA_PREFIX}${Date.now().toString(36)}_${randomBytes(3).toString("hex")}`;
	const drop = async (name = schema) => {
		await sql`drop schema if exists ${sql(name)} cascade`;
	};
	await dropLeftovers();
	await sql`create schema ${sql(schema)}`;
	try {
		for (const table of COPIED_TABLES) {
			const copy = sql(`${schema}.${table}`);
			await sql`create table ${copy} (like ${sql(`public.${table}`)} including all)`;
			const isReplaced = change.knowledge !== undefined && table.startsWith("article");
			if (isReplaced || table === "answer_cache") continue;
			const columns = sql(await writableColumns(table));
			await sql`insert into ${copy} (${columns}) select ${columns} from ${sql(`public.${table}`)}`;
		}
		for (const [key, value] of Object.entries(change.settings)) {
			await sql`
				insert into ${sql(`${schema}.settings`)} (key, value) values (${key}, ${JSON.stringify(value)}::text::jsonb)
				on conflict (key) do update set value = excluded.value`;
		}
		const url = new URL(databaseUrl);
		url.searchParams.set("search_path", `${schema},public`);
		if (change.knowledge !== undefined) {
			const { code, stderr } = await runNode("commands/kb-import.ts", [change.knowledge], url.href);
			if (code !== 0) throw new CommandError(stderr.trim());
		}
		return { url: url.href, drop };
	} catch (error) {
		await drop();
		throw error;
	}

	/** The columns of a table that can be copied: neither generated nor identity columns. */
	async function writableColumns(table: string): Promise<string[]> {
		const rows = await sql<{ name: string }[]>`
			select column_name as name from information_schema.columns
			where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' and is_identity = 'NO'`;
		return rows.map((row) => row.name);
	}

	/** Drops the schemas that killed evaluation runs left behind more than a day ago. */
	async function dropLeftovers(): Promise<void> {
		const rows = await sql<{ name: string }[]>`
			select nspname as name from pg_namespace where starts_with(nspname, ${SCHEMA_PREFIX})`;
		for (const { name } of rows) {
			const madeAt = Number.parseInt(name.slice(SCHEMA_PREFIX.length).split("_")[0] ?? "", 36);
			if (Date.now() - madeAt > DAY_MS) await drop(name);
		}
	}
}
