import { desc, inArray } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { orderRequests } from "#db/schema.ts";

export type OrderRequest = typeof orderRequests.$inferSelect;

/**
 * Lists the changes, such as returns, that customers requested for these orders through the chat, newest first. The
 * caller has checked who owns the orders.
 */
export async function listOrderRequests(orderNumbers: string[]): Promise<OrderRequest[]> {
	if (orderNumbers.length === 0) return [];
	return db
		.select()
		.from(orderRequests)
		.where(inArray(orderRequests.orderNumber, orderNumbers))
		.orderBy(desc(orderRequests.createdAt));
}
