import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";

const holder = singleton("epoch", () => ({ value: null as string | null }));

/** The life of this database: written when it is made, part of every cursor, so that a cursor of another life is refused. */
export async function getEpoch(): Promise<string> {
	if (holder.value) return holder.value;
	const [row] = await sql<
		{ value: string }[]
	>`select value #>> '{}' as value from settings where key = 'epoch'`;
	if (!row) throw new Error("The database has no epoch; run npm run db:migrate.");
	holder.value = row.value;
	return row.value;
}
