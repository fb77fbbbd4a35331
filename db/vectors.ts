import type postgres from "./driver.ts";

/**
 * Creates the table for vector search, if the database has the extension pgvector and the database user may create
 * the extension. The table is not part of the migrations, because the extension can be installed later, and the app
 * works without it. The table is an index of `passage_vectors` and can be rebuilt.
 */
export async function provideVectorTable(client: postgres.Sql): Promise<void> {
	if (!(await hasVectorType(client))) {
		const [found] = await client`select 1 from pg_available_extensions where name = 'vector'`;
		if (!found) return;
		try {
			await client`create extension if not exists vector`;
		} catch {
			// If the extension cannot be created, the app's processes compare embeddings themselves.
			return;
		}
		if (!(await hasVectorType(client))) return;
	}
	// Dropping the extension pgvector also drops the column with the vectors, and leaves a table without it.
	const [column] = await client`
		select 1 from pg_attribute
		where attrelid = to_regclass('passage_embeddings') and attname = 'embedding' and not attisdropped`;
	if (!column) await client`drop table if exists passage_embeddings`;
	await client.unsafe(`
		create table if not exists passage_embeddings (
			model text not null,
			content_hash text not null,
			dimensions int not null,
			embedding vector not null,
			primary key (model, content_hash),
			foreign key (model, content_hash) references passage_vectors (model, content_hash) on delete cascade
		)`);
}

/** Whether Postgres finds the type `vector` on this connection's search path. */
async function hasVectorType(client: postgres.Sql): Promise<boolean> {
	const [row] = await client<{ has: boolean }[]>`select to_regtype('vector') is not null as has`;
	return row?.has ?? false;
}
