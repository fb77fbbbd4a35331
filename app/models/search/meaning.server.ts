import { sql } from "drizzle-orm";
import { type ArticleReaders, readableBy } from "#app/models/article/readers.server.ts";
import { articleUrl } from "#app/models/article/slug.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";
import { nearestInDatabase } from "./vector-index.server.ts";

/** The embedding of a question, by the model that embedded the passages. */
export type QuestionEmbedding = {
	model: string;
	vector: Float32Array;
	/** Whether it is the built-in model, whose similarities are calibrated against term matches. */
	isBuiltIn: boolean;
};

/** The vectors of one model in memory, one after the other. */
type Vectors = {
	newestId: number;
	dimensions: number;
	hashes: string[];
	values: Float32Array;
	reading: Promise<void> | null;
};

/** Rows read in one statement: 2,000 vectors of 1,536 floats are 12 MB. */
const ROWS_PER_READ = 2_000;

const byModel = () => singleton("passage-vectors", () => new Map<string, Vectors>());

/** Scales a vector to length 1, so that the dot product of two is their cosine similarity. */
export function unitVector(values: ArrayLike<number>): Float32Array {
	let squares = 0;
	for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
	const length = Math.sqrt(squares) || 1;
	return Float32Array.from(values, (value) => value / length);
}

/** The stored form of a vector: little-endian 32-bit floats. */
export function packVector(vector: Float32Array): Buffer {
	const bytes = Buffer.alloc(vector.length * 4);
	for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
	return bytes;
}

async function readNew(model: string): Promise<Vectors> {
	const held = byModel().get(model) ?? {
		newestId: 0,
		dimensions: 0,
		hashes: [],
		values: new Float32Array(0),
		reading: null,
	};
	byModel().set(model, held);
	held.reading ??= readInto(held, model).finally(() => {
		held.reading = null;
	});
	await held.reading;
	return held;
}

async function readInto(held: Vectors, model: string): Promise<void> {
	for (;;) {
		const rows = await db.execute<{ id: string | number; hash: string; vector: Uint8Array }>(
			sql`select id, content_hash as hash, vector from passage_vectors
				where model = ${model} and id > ${held.newestId} and vector is not null order by id limit ${ROWS_PER_READ}`,
		);
		for (const { id, hash, vector } of rows) {
			held.newestId = Number(id);
			const dimensions = vector.byteLength / 4;
			held.dimensions ||= dimensions;
			// A model with the same name and another number of dimensions is another model, whose vectors cannot be compared.
			if (dimensions !== held.dimensions) continue;
			append(held, hash, vector);
		}
		if (rows.length < ROWS_PER_READ) return;
	}
}

function append(held: Vectors, hash: string, bytes: Uint8Array): void {
	const at = held.hashes.length * held.dimensions;
	if (at + held.dimensions > held.values.length) {
		const grown = new Float32Array(Math.max(held.dimensions * 256, held.values.length * 2));
		grown.set(held.values);
		held.values = grown;
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let i = 0; i < held.dimensions; i++) held.values[at + i] = view.getFloat32(i * 4, true);
	held.hashes.push(hash);
}

/**
 * The contents most similar to a vector, best first.
 * @param values vectors one after the other. @param vector of length 1, like all others.
 */
function nearest(
	{ values, dimensions, hashes }: Pick<Vectors, "values" | "dimensions" | "hashes">,
	vector: Float32Array,
	limit: number,
): { hash: string; cosine: number }[] {
	if (vector.length !== dimensions) return [];
	const best: { at: number; cosine: number }[] = [];
	let least = Number.NEGATIVE_INFINITY;
	for (let at = 0; at < hashes.length; at++) {
		const from = at * dimensions;
		let cosine = 0;
		for (let i = 0; i < dimensions; i++) cosine += values[from + i]! * vector[i]!;
		if (best.length === limit && cosine <= least) continue;
		best.push({ at, cosine });
		if (best.length > limit) {
			best.sort((a, b) => b.cosine - a.cosine);
			best.length = limit;
			least = best[limit - 1]!.cosine;
		}
	}
	best.sort((a, b) => b.cosine - a.cosine);
	return best.map(({ at, cosine }) => ({ hash: hashes[at]!, cosine }));
}

type Row = Omit<FoundPassage, "id" | "articleId" | "url" | "score" | "coverage"> & {
	id: string | number;
	article_id: string;
	anchor: string | null;
	hash: string;
};

/**
 * Cosine similarities of the contents nearest to a vector, by content hash, nearest first. It searches in the
 * database if that has pgvector, otherwise in this process's memory, which reads only new rows.
 */
export async function nearestContents(
	{ model, vector }: QuestionEmbedding,
	limit: number,
): Promise<Map<string, number>> {
	const asked = unitVector(vector);
	const near = (await nearestInDatabase(model, asked, limit)) ?? nearest(await readNew(model), asked, limit);
	return new Map(near.map(({ hash, cosine }) => [hash, cosine]));
}

/** The nearest passages that these readers may see, best first; the score is the cosine similarity. */
export async function nearestPassages(
	meaning: QuestionEmbedding,
	{ limit, readers }: { limit: number; readers: ArticleReaders },
): Promise<FoundPassage[]> {
	const cosines = await nearestContents(meaning, limit);
	if (cosines.size === 0) return [];
	const rows = await db.execute<Row>(sql`
		select p.id, p.article_id, articles.slug, articles.locale, p.title, p.heading, p.anchor, p.body,
			p.content_hash as hash
		from jsonb_array_elements_text(${JSON.stringify([...cosines.keys()])}::jsonb) as near(hash)
		join article_passages p on p.content_hash = near.hash
		join articles on articles.id = p.article_id
		where ${readableBy(readers)}`);
	return rows
		.map(({ id, article_id, anchor, hash, ...row }) => ({
			...row,
			id: Number(id),
			articleId: article_id,
			url: articleUrl(row.slug, anchor),
			score: cosines.get(hash) ?? 0,
			coverage: 0,
		}))
		.sort((a, b) => b.score - a.score || a.id - b.id);
}

/** Constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009). */
const RANK_OFFSET = 60;

/**
 * Combines rankings of passages by rank, because their scores are not comparable.
 * @param share weight of a passage's rank, 1 for most.
 */
export function fuseRankings(
	rankings: FoundPassage[][],
	share: (passage: FoundPassage) => number,
): FoundPassage[] {
	const fused = new Map<number, FoundPassage>();
	for (const ranking of rankings) {
		for (const [rank, passage] of ranking.entries()) {
			const before = fused.get(passage.id);
			const score = share(passage) / (RANK_OFFSET + rank + 1);
			fused.set(passage.id, { ...(before ?? passage), score: (before?.score ?? 0) + score });
		}
	}
	return [...fused.values()].sort((a, b) => b.score - a.score || a.id - b.id);
}
