import { eq, sql } from "drizzle-orm";
import { knowledgeVersion } from "#app/models/article/article.server.ts";
import { db } from "#db/client.server.ts";
import { answerCache } from "#db/schema.ts";
import type { Answer } from "#db/shapes.ts";

/** Stores and finds answers in the answer cache. Which answers may be cached: docs/decisions/015. */

/** Maximum number of answers in the cache. The answers that were not used for longest are deleted first. */
export const MAX_CACHED_ANSWERS = 5_000;
/**
 * Days after which a cached answer is deleted, because its question may contain a name. An answer is used only on the
 * day it was written.
 */
const MAX_AGE_DAYS = 7;

/**
 * The result of a look-up in the answer cache: the cached answer, if any, and the key and version for caching a new
 * answer.
 */
export type AnswerCacheLookup = {
	key: string;
	/**
	 * The version of an answer: a hash of the articles' version, the given settings and the day (UTC). A cached answer is
	 * used only while the version is unchanged.
	 */
	version: string;
	answer: Answer | null;
};

/**
 * Looks an answer up in the answer cache. A cached answer is valid only on the day it was written (UTC), and while the
 * articles and the given settings are unchanged.
 * @param settingKeys settings whose text is part of the prompt.
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
	// `xmin` is the transaction that wrote a setting's row. It changes with every change of the setting.
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

/**
 * Stores an answer under the key and version of an earlier look-up in the answer cache, and deletes cached answers that
 * are too old or too many.
 */
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
	// Locked rows are skipped, so that two processes that delete cached answers at one time do not wait for each other.
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

/** Counts a use of a cached answer. */
export async function countCacheHit(key: string): Promise<void> {
	await db
		.update(answerCache)
		.set({ hits: sql`${answerCache.hits} + 1`, lastHitAt: sql`now()` })
		.where(eq(answerCache.key, key));
}

/**
 * Statistics: how many of the assistant's answers in the last days came from the answer cache, and how many answers are
 * cached now (`kept`).
 */
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
