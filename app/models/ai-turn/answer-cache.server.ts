import { eq, sql } from "drizzle-orm";
import { knowledgeVersion } from "#app/models/article/article.server.ts";
import { db } from "#db/client.server.ts";
import { answerCache } from "#db/schema.ts";
import type { Answer } from "#db/shapes.ts";

/** Answers that were given before, for whoever asks the same. What may be kept: docs/decisions/015. */

/** Answers kept at most; those unused for longest go first. */
export const MAX_CACHED_ANSWERS = 5_000;
/** Its row is there no longer, so that the names a question may hold are not either; it is given on its own day alone. */
const MAX_AGE_DAYS = 7;

/** What is remembered under a key, and what it would have to be kept under. */
export type AnswerCacheLookup = {
	key: string;
	/** Of all that an answer rests on: the articles, the settings named, and the day, which a model is told. */
	version: string;
	answer: Answer | null;
};

/**
 * Looks an answer up; one of another day (UTC), or that rests on articles or settings that have changed since, is none.
 * @param settingKeys settings whose words go into an answer.
 */
export async function readCachedAnswer(
	key: string,
	settingKeys: readonly string[],
): Promise<AnswerCacheLookup> {
	const keys = sql.join(
		settingKeys.map((one) => sql`${one}`),
		sql`, `,
	);
	const versionInput = `${new Date().toISOString().slice(0, 10)} ${await knowledgeVersion()}`;
	// A setting's row tells by the transaction that wrote it whether it is still the same.
	const [row] = await db.execute<{ version: string; answer: Answer | string | null }>(sql`
		with basis as materialized (
			select md5(${versionInput} || coalesce(
				(select string_agg(key || xmin::text, ' ' order by key) from settings where key in (${keys})), ''
			)) as version
		)
		select basis.version, answer_cache.answer
		from basis left join answer_cache on answer_cache.key = ${key}
			and answer_cache.knowledge_version = basis.version
			and answer_cache.created_at > now() - ${MAX_AGE_DAYS} * interval '1 day'`);
	if (!row) throw new Error("A look-up of an answer gave no row.");
	const answer = typeof row.answer === "string" ? (JSON.parse(row.answer) as Answer) : row.answer;
	return { key, version: row.version, answer };
}

/** Keeps an answer under what was recalled before it was made, and lets go of what is too old or too much. */
export async function writeCachedAnswer(
	{ key, version }: Pick<AnswerCacheLookup, "key" | "version">,
	kept: { question: string; locale: string; answer: Answer },
): Promise<void> {
	await db
		.insert(answerCache)
		.values({ key, knowledgeVersion: version, ...kept })
		.onConflictDoUpdate({
			target: answerCache.key,
			set: { knowledgeVersion: version, ...kept, hits: 0, lastHitAt: null, createdAt: sql`now()` },
		});
	// Passing over what others hold: two who tidy up at once must not wait for each other.
	await db.execute(sql`
		delete from answer_cache where key in (
			select key from answer_cache
			where created_at < now() - ${MAX_AGE_DAYS} * interval '1 day'
			for update skip locked
		) or key in (
			select key from answer_cache
			order by coalesce(last_hit_at, created_at) desc offset ${MAX_CACHED_ANSWERS}
			for update skip locked
		)`);
}

/** Counts that an answer was given again. */
export async function countCacheHit(key: string): Promise<void> {
	await db
		.update(answerCache)
		.set({ hits: sql`${answerCache.hits} + 1`, lastHitAt: sql`now()` })
		.where(eq(answerCache.key, key));
}

/** How much the memory spares: of the assistant's answers in the last days, those that came from it. */
export async function readAnswerCacheStatistics(
	days: number,
): Promise<{ answers: number; fromCache: number; kept: number }> {
	const [row] = await db.execute<{ answers: number; fromCache: number; kept: number }>(sql`
		select count(*)::int as answers,
			(count(*) filter (where (outcome->>'isRemembered')::boolean))::int as "fromCache",
			(select count(*)::int from answer_cache) as kept
		from ai_turns
		where state = 'done' and finished_at > now() - ${days} * interval '1 day'`);
	return row ?? { answers: 0, fromCache: 0, kept: 0 };
}
