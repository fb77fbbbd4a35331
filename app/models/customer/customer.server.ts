import { eq } from "drizzle-orm";
import { customersOfOwner, type OrderOwner } from "#app/models/order/order.server.ts";
import { db } from "#db/client.server.ts";
import { customers } from "#db/schema.ts";

export type Customer = typeof customers.$inferSelect;

/** A customer by id, or null. */
export async function getCustomer(id: string): Promise<Customer | null> {
	const [row] = await db.select().from(customers).where(eq(customers.id, id)).limit(1);
	return row ?? null;
}

/** Ids of the customers whose orders the owner may see and change; several when they share an email address. */
export async function listCustomerIdsOfOwner(owner: OrderOwner): Promise<string[]> {
	const rows = await db.select({ id: customers.id }).from(customers).where(customersOfOwner(owner)).limit(2);
	return rows.map((row) => row.id);
}

/** Creates the row of a customer whom the store has identified, if it is missing. Only the id is known then. */
export async function ensureCustomer(id: string): Promise<void> {
	await db.insert(customers).values({ id, name: id }).onConflictDoNothing();
}
