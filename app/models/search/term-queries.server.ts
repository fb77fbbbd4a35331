import { sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { addCorrections, correctToConcepts } from "./concepts.server.ts";
import { correctToStems, type Source } from "./known-stems.server.ts";
import { ENGLISH } from "./languages.ts";
import { termIdf } from "./relevance.ts";
import type { Term } from "./term.ts";
import { phraseQuery } from "./text-vector.ts";
import { MIN_TYPO_LENGTH } from "./typos.ts";

/** The term as a Postgres tsquery: any of its alternatives. Empty when only a pattern can match it. */
export function termQuery(term: Term): string {
	return term.alternatives.map(({ phrase }) => `(${phraseQuery(phrase)})`).join(" | ");
}

/** A list of texts as one parameter, because the driver cannot infer array types in raw SQL. */
export function textList(values: string[]) {
	return sql`(select array_agg(value order by place) from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) with ordinality as list(value, place))`;
}

async function countMatches(queries: string[], source: Source, config: string) {
	const table =
		source === "articles"
			? sql`(select search from article_passages where config = ${config}) as texts`
			: sql`products`;
	const rows = await db.execute<{ matching: number; total: number }>(
		sql`select (select count(*)::int from ${table}) as total,
			case when query = '' then 0 else (select count(*)::int from ${table} where search @@ query::tsquery) end as matching
			from unnest(${textList(queries)}::text[]) with ordinality as asked(query, place) order by place`,
	);
	return rows;
}

/**
 * Computes the idf of a question's terms, and corrects unknown words that may be misspelt (the terms are changed in
 * place).
 * @param config text search configuration; only English words are corrected.
 * @returns one idf for each term, in order, and the idf of a word that no text contains.
 */
export async function computeTermIdfs(
	terms: Term[],
	source: Source,
	config: string = ENGLISH,
): Promise<{ idfs: number[]; maxIdf: number }> {
	if (terms.length === 0) return { idfs: [], maxIdf: 1 };
	const counts = await countMatches(terms.map(termQuery), source, config);
	const corrected: number[] = [];
	for (const [i, term] of terms.entries()) {
		const isUnknown = config === ENGLISH && counts[i]?.matching === 0;
		if (!isUnknown || term.isAsked || term.weight < 1 || /[ \d]/.test(term.label)) continue;
		const typed = term.alternatives[0]?.phrase[0]?.stem;
		if (!typed || term.label.length < MIN_TYPO_LENGTH) continue;
		const meant = [...(await correctToStems(typed, source)), ...(await correctToConcepts(typed))];
		if (meant.length === 0) continue;
		await addCorrections(term, meant);
		corrected.push(i);
	}
	if (corrected.length > 0) {
		const again = await countMatches(
			corrected.map((i) => termQuery(terms[i]!)),
			source,
			config,
		);
		for (const [k, i] of corrected.entries()) if (again[k]) counts[i] = again[k];
	}
	const idfs = counts.map(({ matching, total }) => termIdf(matching, total));
	return { idfs, maxIdf: termIdf(0, counts[0]?.total ?? 0) };
}
