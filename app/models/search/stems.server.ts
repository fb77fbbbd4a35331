import { sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { ENGLISH } from "./languages.ts";
import { parseTextVector, type TextVector } from "./text-vector.ts";

/** Maximum number of stemmed texts in memory; words of questions repeat, so Postgres is asked once for each. */
const MAX_CACHED_TEXTS = 20_000;
const byConfig = new Map<string, Map<string, TextVector>>();

function cacheOf(config: string): Map<string, TextVector> {
	const known = byConfig.get(config) ?? new Map<string, TextVector>();
	byConfig.set(config, known);
	return known;
}

/**
 * Stems texts with a text search configuration of Postgres, English by default, so that questions and the index use
 * the same stems. Short texts are cached in the process. @returns one vector for each text, in order.
 */
export async function stemTexts(texts: string[], config: string = ENGLISH): Promise<TextVector[]> {
	const known = cacheOf(config);
	const missing = [...new Set(texts)].filter((text) => !known.has(text));
	const fresh = new Map<string, TextVector>();
	if (missing.length > 0) {
		const rows = await db.execute<{ text: string; vector: string }>(
			sql`select text, to_tsvector(${config}::regconfig, translate(text, '/', ' '))::text as vector
				from jsonb_array_elements_text(${JSON.stringify(missing)}::jsonb) as text`,
		);
		for (const row of rows) fresh.set(row.text, parseTextVector(row.vector));
	}
	const vectors = texts.map((text) => known.get(text) ?? fresh.get(text) ?? new Map());
	if (known.size > MAX_CACHED_TEXTS) known.clear();
	for (const [text, vector] of fresh) if (text.length < 40) known.set(text, vector);
	return vectors;
}
