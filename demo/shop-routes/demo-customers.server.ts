import { asc, eq } from "drizzle-orm";
import type { Customer } from "#app/models/customer/customer.server.ts";
import { db } from "#db/client.server.ts";
import { customers } from "#db/schema.ts";

/** The invented customers of the demo store, sorted by name. Only invented customers can sign in without a password. */
export async function listDemoCustomers(): Promise<Pick<Customer, "id" | "name" | "locale">[]> {
	return db
		.select({ id: customers.id, name: customers.name, locale: customers.locale })
		.from(customers)
		.where(eq(customers.isDemo, true))
		.orderBy(asc(customers.name));
}
