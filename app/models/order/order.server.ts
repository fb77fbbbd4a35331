import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { formatMoney } from "#app/models/product/money.ts";
import { db } from "#db/client.server.ts";
import { customers, orders } from "#db/schema.ts";
import type { OrderItem, PaymentRecord, PostalAddress, Shipment } from "#db/shapes.ts";
import { plainOrderText } from "./numbers.ts";

export type Order = {
	/** Order number without the hash sign, such as W2611340. */
	number: string;
	customerId: string;
	/** The order's status as the store writes it: pending, processed, shipped, delivered, cancelled … */
	status: string;
	items: OrderItem[];
	shipments: Shipment[];
	payments: PaymentRecord[];
	address: PostalAddress | null;
	totalCents: number;
	placedAt: Date | null;
	/** The expected day of delivery as YYYY-MM-DD; null when the store gave none. */
	expectedOn: string | null;
	deliveredAt: Date | null;
	updatedAt: Date;
};

/**
 * Whose orders may be read: those of the signed-in customer, otherwise those of every customer with exactly the email
 * address that was proved by an emailed code.
 */
export type OrderOwner = { customerId: string | null; verifiedEmail?: string | null };

/** Whether the owner is identified, as a customer or by an email address. */
export const isIdentified = (owner: OrderOwner): boolean =>
	owner.customerId !== null || !!owner.verifiedEmail;

/** SQL condition that limits a query to the customers of an order owner. */
export function customersOfOwner(owner: OrderOwner): SQL {
	if (owner.customerId !== null) return sql`${customers.id} = ${owner.customerId}`;
	if (owner.verifiedEmail) return sql`lower(${customers.email}) = ${owner.verifiedEmail}`;
	return sql`false`;
}

/** SQL condition that limits a query to the orders of an order owner. */
export function ordersOfOwner(owner: OrderOwner): SQL {
	if (owner.customerId !== null) return sql`${orders.customerId} = ${owner.customerId}`;
	return inArray(
		orders.customerId,
		db.select({ id: customers.id }).from(customers).where(customersOfOwner(owner)),
	);
}

/**
 * Schema that converts an order number as people write it, with digits of any script and invisible characters, to the
 * stored form.
 */
const orderNumber = (text: string): string => plainOrderText(text).trim().replace(/^#/, "").toUpperCase();

/**
 * One order of the owner; null when the order does not exist or belongs to somebody else.
 * @param options.number with or without a hash sign, in any case.
 */
export async function getOrder(options: { number: string } & OrderOwner): Promise<Order | null> {
	const [order] = await db
		.select()
		.from(orders)
		.where(and(eq(orders.number, orderNumber(options.number)), ordersOfOwner(options)));
	return order ?? null;
}

/** The owner's orders, newest first; orders without a date come last, by number. */
export async function listOrders(options: { limit: number } & OrderOwner): Promise<Order[]> {
	return db
		.select()
		.from(orders)
		.where(ordersOfOwner(options))
		.orderBy(sql`${orders.placedAt} desc nulls last`, desc(orders.number))
		.limit(options.limit);
}

/** Whether the order is neither delivered nor cancelled or returned. */
export function isOpen(order: Pick<Order, "status">): boolean {
	return !/deliver|cancel|return|refund|exchange|closed|complete/i.test(order.status);
}

/** Whether the store has not begun to send the order, so that the order can usually be changed or cancelled. */
export function isPending(order: Pick<Order, "status">): boolean {
	return /^(pending|placed|new|open|received|awaiting)\b/i.test(order.status);
}

/**
 * Describes an order in plain English sentences: its status as the store writes it, its items, and the tracking number
 * and expected day of delivery, where known.
 */
export function describeOrder(order: Order): string {
	const sentences = [statusSentence(order)];
	const trackingIds = order.shipments.flatMap((shipment) => shipment.trackingIds);
	if (trackingIds.length > 0 && !/cancel/i.test(order.status)) {
		const carriers = [...new Set(order.shipments.flatMap((shipment) => shipment.carrier ?? []))];
		const by = carriers.length > 0 ? ` with ${joinWithAnd(carriers)}` : "";
		sentences.push(
			trackingIds.length === 1
				? `The tracking number${by} is ${trackingIds[0]}.`
				: `The tracking numbers${by} are ${joinWithAnd(trackingIds)}.`,
		);
	}
	if (order.expectedOn && isOpen(order)) {
		sentences.push(`It is expected on ${formatLongDay(order.expectedOn)}.`);
	}
	if (order.items.length > 0 && !statusNamesItems(order))
		sentences.push(`It contains ${describeItems(order.items)}.`);
	return sentences.join(" ");
}

/** The items of an order by name, with a count for more than one ("2 × Desk Lamp"). */
export function describeItems(items: OrderItem[]): string {
	const counts = new Map<string, number>();
	for (const item of items) counts.set(item.name, (counts.get(item.name) ?? 0) + (item.quantity ?? 1));
	return joinWithAnd([...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name)));
}

/** Whether the sentence about the order's status already names the order's items. */
const statusNamesItems = ({ status }: Order): boolean => /^(?:pending|processing)$/i.test(status);

function statusSentence(order: Order): string {
	const name = `Order ${order.number}`;
	const status = order.status.replaceAll("_", " ").toLowerCase();
	const items = order.items.length > 0 ? ` (${describeItems(order.items)})` : "";
	const placed = order.placedAt ? `, placed on ${formatLongDay(order.placedAt)},` : "";
	switch (status) {
		case "pending":
			return `We've received order ${order.number}${items}${placed} and will start preparing it soon.`;
		case "processing":
			return `We're preparing order ${order.number}${items}${placed ? placed.slice(0, -1) : ""} now.`;
		case "processed":
			return `${name}${placed} has been processed and is on its way out of the store.`;
		case "shipped":
			return `${name}${placed} has been shipped and is on its way.`;
		case "delivered":
			return order.deliveredAt
				? `${name}${placed} was delivered on ${formatLongDay(order.deliveredAt)}.`
				: `${name}${placed} has been delivered.`;
		case "cancelled":
		case "canceled":
			return `${name}${placed} was cancelled.${refundSentence(order)}`;
		case "return requested":
			return `A return has been requested for order ${order.number}; it is not finished yet.`;
		case "exchange requested":
			return `An exchange has been requested for order ${order.number}; it is not finished yet.`;
		case "returned":
			return `${name} has been returned.${refundSentence(order)}`;
		case "refunded":
			return `${name} has been refunded.${refundSentence(order)}`;
		default:
			return `${name}${placed} has the status "${status}".`;
	}
}

function refundSentence(order: Order): string {
	const cents = order.payments
		.filter((payment) => payment.type === "refund")
		.reduce((sum, payment) => sum + payment.amountCents, 0);
	return cents > 0 ? ` ${formatMoney(cents)} has been refunded.` : "";
}

/** Joins words into "a", "a and b" or "a, b and c". */
function joinWithAnd(words: string[]): string {
	if (words.length < 2) return words[0] ?? "";
	return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Formats a day such as "14 March 2026". A day without a time is not converted between time zones. */
export function formatLongDay(day: string | Date): string {
	const date = typeof day === "string" ? new Date(`${day}T00:00:00Z`) : day;
	return new Intl.DateTimeFormat("en-GB", {
		day: "numeric",
		month: "long",
		year: "numeric",
		timeZone: "UTC",
	}).format(date);
}
