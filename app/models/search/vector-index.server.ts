import { sql } from "drizzle-orm";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";

/** Rows copied in one statement: 500 vectors of 1,536 dimensions are 10 MB of text. */
const ROWS_PER_COPY = 500;
/** Maximum dimensions of pgvector's HNSW index; longer vectors are compared one by one in the database. */
const MAX_INDEXED_DIMENSIONS = 2_000;
/**
 * Candidates that the HNSW index follows (hnsw.ef_search, at most 1,000); pgvector's default of 40 would limit the
 * results.
 */
const EF_SEARCH = 200;
/**
 * Key of the advisory lock for building the index, any fixed number, so that processes that start together build it
 * once.
 */
const BUILD_LOCK = 4_711_003;

/** The models whose vectors can be searched in the database, with their dimensions. */
const searchable = () => singleton("searchable-vectors", () => new Map<string, number>());

/**
 * Copies new vectors of a model from `passage_vectors` into the pgvector table and builds its index once. Until then
 * the processes search in memory.
 */
export async function indexVectors(model: string): Promise<void> {
	if (!(await hasTable())) return;
	for (;;) {
		const missing = await listMissing(model);
		if (missing.length > 0) await copy(model, missing);
		if (missing.length < ROWS_PER_COPY) break;
	}
	const dimensions = await dimensionsOf(model);
	if (dimensions === null) return;
	if (searchable().get(model) !== dimensions) await buildIndex(model, dimensions);
	searchable().set(model, dimensions);
}

/**
 * The contents most similar to a vector, best first.
 * @param vector of length 1. @returns null when this process must search in memory.
 */
export async function nearestInDatabase(
	model: string,
	vector: Float32Array,
	limit: number,
): Promise<{ hash: string; cosine: number }[] | null> {
	const dimensions = searchable().get(model);
	if (dimensions === undefined) return null;
	if (vector.length !== dimensions) return [];
	const embedding = sql.raw(`embedding::vector(${dimensions})`);
	const asked = sql`${textOf(vector)}::vector(${sql.raw(String(dimensions))})`;
	try {
		return await db.transaction(async (tx) => {
			await tx.execute(sql.raw(`set local hnsw.ef_search = ${EF_SEARCH}`));
			const rows = await tx.execute<{ hash: string; cosine: number }>(sql`
				select content_hash as hash, 1 - (${embedding} <=> ${asked}) as cosine
				from passage_embeddings where ${indexedRows(model, dimensions)}
				order by ${embedding} <=> ${asked} limit ${limit}`);
			return rows.map(({ hash, cosine }) => ({ hash, cosine }));
		});
	} catch (error) {
		// The extension or the table was dropped. If the database is unavailable, the next query fails too.
		searchable().delete(model);
		if (await hasTable()) throw error;
		return null;
	}
}

async function hasTable(): Promise<boolean> {
	const rows = await db.execute(sql`
		select 1 from pg_attribute
		where attrelid = to_regclass('passage_embeddings') and attname = 'embedding' and not attisdropped`);
	return rows.length > 0;
}

async function listMissing(model: string) {
	return db.execute<{ hash: string; vector: Uint8Array }>(sql`
		select v.content_hash as hash, v.vector from passage_vectors v
		where v.model = ${model} and v.vector is not null and not exists (
			select 1 from passage_embeddings e where e.model = v.model and e.content_hash = v.content_hash
		) limit ${ROWS_PER_COPY}`);
}

async function copy(model: string, rows: { hash: string; vector: Uint8Array }[]): Promise<void> {
	const items = rows.map(({ hash, vector }) => ({
		hash,
		dimensions: vector.byteLength / 4,
		embedding: textOf(unpackVector(vector)),
	}));
	// Deletes rows of contents that were removed from `passage_vectors` in the meantime.
	await db.execute(sql`
		insert into passage_embeddings (model, content_hash, dimensions, embedding)
		select v.model, v.content_hash, item.dimensions, item.embedding::vector
		from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as item(hash text, dimensions int, embedding text)
		join passage_vectors v on v.model = ${model} and v.content_hash = item.hash
		on conflict do nothing`);
}

/** The dimensions of the first vector; vectors of another length belong to another model with the same name. */
async function dimensionsOf(model: string): Promise<number | null> {
	const [row] = await db.execute<{ bytes: number }>(sql`
		select length(vector) as bytes from passage_vectors
		where model = ${model} and vector is not null order by id limit 1`);
	return row ? row.bytes / 4 : null;
}

async function buildIndex(model: string, dimensions: number): Promise<void> {
	if (dimensions > MAX_INDEXED_DIMENSIONS) return;
	await db.transaction(async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(${BUILD_LOCK})`);
		const [name] = await tx.execute<{ name: string }>(
			sql`select 'passage_embeddings_' || left(md5(${`${model} ${dimensions}`}), 16) as name`,
		);
		await tx.execute(sql`
			create index if not exists ${sql.identifier(name?.name ?? "")} on passage_embeddings
			using hnsw ((${sql.raw(`embedding::vector(${dimensions})`)}) vector_cosine_ops)
			where ${indexedRows(model, dimensions)}`);
	});
}

/** Literals and not parameters: Postgres uses a partial index only when the plan is made with the values. */
const indexedRows = (model: string, dimensions: number) =>
	sql.raw(`model = '${model.replaceAll("'", "''")}' and dimensions = ${dimensions}`);

const textOf = (vector: Float32Array): string => JSON.stringify(Array.from(vector));

function unpackVector(bytes: Uint8Array): Float32Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
