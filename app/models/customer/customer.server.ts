import { eq } from "drizzle-orm";
import { customersOfOwner, type OrderOwner } from "#app/models/order/order.server.ts";
import { db } from "#db/client.server.ts";
import { customers } from "#db/schema.ts";

export type Customer = typeof customers.$inferSelect;

/** Reads a customer by id; null when the customer does not exist. */
export async function getCustomer(id: string): Promise<Customer | null> {
	const [row] = await db.select().from(customers).where(eq(customers.id, id)).limit(1);
	return row ?? null;
}

/**
 * Ids of the customers whose orders an order owner may see and change. There are several when customers share the
 * proved email address.
 */
export async function listCustomerIdsOfOwner(owner: OrderOwner): Promise<string[]> {
	const rows = await db.select({ id: customers.id }).from(customers).where(customersOfOwner(owner)).limit(2);
	return rows.map((row) => row.id);
}

/**
 * Creates the row of a customer whom the store has identified, if the row is missing. Only the customer's id is known
 * then.
 */
export async function ensureCustomer(id: string): Promise<void> {
	await db.insert(customers).values({ id, name: id }).onConflictDoNothing();
}
