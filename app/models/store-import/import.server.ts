import { and, eq, getTableColumns, inArray, ne, notInArray, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { db, type Transaction } from "#db/client.server.ts";
import { customers, orders, products, productVariants } from "#db/schema.ts";
import { readStoreFiles, type StoreData } from "./files.server.ts";
import type { StoreReport } from "./records.server.ts";

/** Numbers of rows of one kind, such as products: in the files, created, and updated. */
type ImportCount = { total: number; created: number; updated: number };
export type StoreImportSummary = Record<"products" | "variants" | "customers" | "orders", ImportCount>;

/** Number of rows in one insert statement: far below Postgres's limit of 65,535 parameters. */
const ROWS_PER_STATEMENT = 500;
/** Key of the advisory lock that makes store imports run one after the other. */
const IMPORT_LOCK = 7_204_411;

/**
 * Imports a store's products, customers and orders from a folder with products.json, users.json and orders.json. All
 * files are checked first. Valid records are written in one transaction; faulty records are listed in `refused`, and
 * their stored rows stay. Unchanged rows are not written, so a second run changes nothing. Rows that are missing from
 * the files stay, except a product's variants.
 * @param onProgress called with one line of text after each step.
 * @throws StoreImportError when the folder cannot be used.
 */
export async function importStore(
	directory: string,
	onProgress: (line: string) => void = () => {},
): Promise<StoreImportSummary & StoreReport> {
	const { refused, notes, ...data } = await readStoreFiles(directory);
	return { ...(await saveStore(data, onProgress)), refused, notes };
}

/** Writes the store data that `readStoreFiles` has read, in one transaction. */
export async function saveStore(
	data: StoreData,
	onProgress: (line: string) => void = () => {},
): Promise<StoreImportSummary> {
	onProgress(
		`Read ${data.products.length} products, ${data.customers.length} customers and ${data.orders.length} orders.`,
	);
	return db.transaction(async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(${IMPORT_LOCK})`);
		await assignFreeSlugs(tx, data.products);
		const summary = {
			products: await upsertRows(tx, products, products.id, data.products),
			variants: await upsertRows(tx, productVariants, productVariants.id, data.variants),
			customers: await upsertRows(tx, customers, customers.id, data.customers),
			orders: await upsertRows(tx, orders, orders.number, data.orders),
		};
		await removeStaleVariants(tx, data);
		for (const [kind, { total, created, updated }] of Object.entries(summary)) {
			onProgress(`${kind}: ${total} read, ${created} new, ${updated} changed.`);
		}
		return summary;
	});
}

/** Adds the product's id to a slug that another product of the store already has. */
async function assignFreeSlugs(tx: Transaction, rows: StoreData["products"]): Promise<void> {
	for (const batch of splitIntoBatches(rows)) {
		const slugs = batch.map((row) => row.slug);
		const stored = await tx
			.select({ id: products.id, slug: products.slug })
			.from(products)
			.where(inArray(products.slug, slugs));
		const owner = new Map(stored.map(({ id, slug }) => [slug, id]));
		for (const row of batch) {
			const holder = owner.get(row.slug);
			if (holder && holder !== row.id) row.slug = `${row.slug}-${row.id.toLowerCase()}`;
		}
	}
}

/** Inserts rows of one table, and updates stored rows that differ, in batches. */
async function upsertRows<Table extends PgTable>(
	tx: Transaction,
	table: Table,
	key: Parameters<typeof eq>[0] & { name: string },
	rows: (Table["$inferInsert"] & object)[],
): Promise<ImportCount> {
	const count: ImportCount = { total: rows.length, created: 0, updated: 0 };
	const givenColumns = new Set(Object.keys(rows[0] ?? {}));
	const columns = Object.entries(getTableColumns(table)).filter(
		([name, column]) => givenColumns.has(name) && column.name !== key.name,
	);
	const changes = Object.fromEntries(
		columns.map(([name, column]) => [name, sql.raw(`excluded."${column.name}"`)]),
	);
	const updatedAt = getTableColumns(table).updatedAt;
	const set: Record<string, SQL> = updatedAt ? { ...changes, updatedAt: sql`now()` } : changes;
	// Postgres has no equality for json, so json columns are compared as text.
	const comparable = (column: { getSQLType(): string }) =>
		sql.raw(/^json/.test(column.getSQLType()) ? "::text" : "");
	const stored = sql.join(
		columns.map(([, column]) => sql`${column}${comparable(column)}`),
		sql`, `,
	);
	const offered = sql.join(
		columns.map(([, column]) => sql`${sql.raw(`excluded."${column.name}"`)}${comparable(column)}`),
		sql`, `,
	);
	for (const batch of splitIntoBatches(rows)) {
		const written = await tx
			.insert(table)
			.values(batch)
			.onConflictDoUpdate({
				target: key as never,
				set: set as never,
				setWhere: sql`(${stored}) is distinct from (${offered})`,
			})
			// In Postgres, xmax is 0 for a row that this statement inserted and not updated.
			.returning({ isNew: sql<boolean>`(xmax = 0)` });
		for (const { isNew } of written as { isNew: boolean }[]) {
			if (isNew) count.created++;
			else count.updated++;
		}
	}
	return count;
}

/** Deletes stored variants that an imported product no longer has. */
async function removeStaleVariants(tx: Transaction, data: StoreData): Promise<void> {
	const keptVariants = new Map<string, string[]>();
	for (const { id } of data.products) keptVariants.set(id, []);
	for (const { id, productId } of data.variants) keptVariants.get(productId)?.push(id);
	for (const [productId, ids] of keptVariants) {
		const isStale = ids.length > 0 ? notInArray(productVariants.id, ids) : ne(productVariants.id, "");
		await tx.delete(productVariants).where(and(eq(productVariants.productId, productId), isStale));
	}
}

function splitIntoBatches<Row>(rows: Row[]): Row[][] {
	return Array.from({ length: Math.ceil(rows.length / ROWS_PER_STATEMENT) }, (_, i) =>
		rows.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT),
	);
}
