import type postgres from "postgres";

/**
 * Gives the database a table for searching vectors where it has pgvector: created before, or available and this
 * role may create it. Not a migration, since a database can be given the extension later, and one without it is as
 * good. The vectors themselves stay in `passage_vectors`: this table is an index of them, which a backup can lose.
 */
export async function provideVectorTable(client: postgres.Sql): Promise<void> {
	if (!(await hasType(client))) {
		const [found] = await client`select 1 from pg_available_extensions where name = 'vector'`;
		if (!found) return;
		try {
			await client`create extension if not exists vector`;
		} catch {
			// Only an administrator may, or its files are incomplete: vectors are compared in the processes then.
			return;
		}
		if (!(await hasType(client))) return;
	}
	// Taking the extension away took the column along, and left a table of nothing.
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

/** Whether `vector` is a type where this connection looks for types. */
async function hasType(client: postgres.Sql): Promise<boolean> {
	const [row] = await client<{ has: boolean }[]>`select to_regtype('vector') is not null as has`;
	return row?.has ?? false;
}
