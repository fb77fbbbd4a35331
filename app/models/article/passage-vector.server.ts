import { sql } from "drizzle-orm";
import { packVector, unitVector } from "#app/models/search/meaning.server.ts";
import { db } from "#db/client.server.ts";
import { withoutListMarkers } from "./blocks.ts";

/** A text that this process has claimed for embedding. No other process embeds the text while the claim lasts. */
type ClaimedText = { hash: string; text: string };

/**
 * Seconds that a claim of a text for embedding lasts: longer than a provider needs for a batch. After that, another
 * process may claim the text.
 */
const CLAIM_SECONDS = 120;
/**
 * Key of the advisory lock for writing embeddings; any fixed number. Batches are written one after the other, because a
 * reader that reads by ascending id could otherwise miss a vector.
 */
const VECTOR_WRITE_LOCK = 4_711_002;

/**
 * Embeds the passages that have no embedding by the model, batch by batch, and stores the embeddings. Claims keep other
 * processes from embedding the same texts. Until then the passages can be found by words.
 * @param options.config only passages of this text search configuration, such as `ENGLISH`; otherwise all.
 * @param options.embedTexts returns one vector for each text, in order. Its errors end the work; finished batches stay
 * stored.
 * @returns the number of embedded texts.
 */
export async function embedTextsWithoutVector(options: {
	model: string;
	batch: number;
	config?: string;
	embedTexts: (texts: string[]) => Promise<ArrayLike<number>[]>;
}): Promise<number> {
	const { model, batch, config, embedTexts } = options;
	for (let done = 0; ; ) {
		const claimed = await claimTexts({ model, limit: batch, config });
		if (claimed.length === 0) return done;
		try {
			const vectors = await embedTexts(claimed.map(({ text }) => withoutListMarkers(text)));
			if (vectors.length !== claimed.length) throw new Error("There is not one vector for each text.");
			await storeVectors(
				model,
				claimed.map(({ hash }, i) => ({ hash, vector: vectors[i] ?? [] })),
			);
		} catch (error) {
			await releaseClaims(model, claimed);
			throw error;
		}
		done += claimed.length;
	}
}

/** Deletes the embeddings of texts that no article contains any more. */
export async function dropStaleVectors(model: string): Promise<void> {
	await db.execute(sql`
		delete from passage_vectors v
		where (v.model <> ${model} or not exists (select 1 from article_passages p where p.content_hash = v.content_hash))
			and v.created_at < now() - interval '1 day'`);
}

async function claimTexts(options: {
	model: string;
	limit: number;
	config?: string;
}): Promise<ClaimedText[]> {
	const { model, limit, config } = options;
	return db.execute<ClaimedText>(sql`
		with missing as (
			select distinct on (p.content_hash) p.content_hash as hash,
				concat_ws(chr(10), p.title, nullif(p.heading, p.title), p.body) as text
			from article_passages p
			left join passage_vectors v on v.model = ${model} and v.content_hash = p.content_hash
			where (v.id is null or (v.vector is null and (v.claimed_until is null or v.claimed_until < now())))
				${config ? sql`and p.config = ${config}` : sql``}
			limit ${limit}
		), claimed as (
			insert into passage_vectors as v (model, content_hash, claimed_until)
			select ${model}, hash, now() + ${CLAIM_SECONDS} * interval '1 second' from missing order by hash
			on conflict (model, content_hash) do update set claimed_until = excluded.claimed_until
			where v.vector is null and (v.claimed_until is null or v.claimed_until < now())
			returning v.content_hash as hash
		)
		select hash, text from claimed join missing using (hash)`);
}

async function storeVectors(
	model: string,
	fresh: { hash: string; vector: ArrayLike<number> }[],
): Promise<void> {
	const rows = fresh.map(({ hash, vector }) => ({
		hash,
		vector: packVector(unitVector(vector)).toString("base64"),
	}));
	await db.transaction(async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(${VECTOR_WRITE_LOCK})`);
		// The stored embeddings get new ids, so that readers that have read up to the highest id also read these rows.
		await tx.execute(sql`
			update passage_vectors v set id = default, claimed_until = null, vector = decode(fresh.vector, 'base64')
			from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fresh(hash text, vector text)
			where v.model = ${model} and v.content_hash = fresh.hash`);
	});
}

async function releaseClaims(model: string, claimed: ClaimedText[]): Promise<void> {
	const hashes = JSON.stringify(claimed.map(({ hash }) => hash));
	await db.execute(sql`
		update passage_vectors set claimed_until = null
		where model = ${model} and vector is null
			and content_hash in (select jsonb_array_elements_text(${hashes}::jsonb))`);
}
