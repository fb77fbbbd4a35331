import { isPending, type Order } from "./order.server.ts";

/**
 * What a customer may ask of an order by themselves, by its state. The store's finer rules (furniture, things
 * made to measure) are its people's to apply: a return is a request they look at.
 */

const DAY_MS = 24 * 60 * 60 * 1000;

/** Why the order cannot be cancelled by a click, as a sentence for the customer; null when it can. */
export function whyNotCancelled(order: Pick<Order, "number" | "status">): string | null {
	if (isPending(order)) return null;
	if (/cancel/i.test(order.status)) return `Order ${order.number} has already been cancelled.`;
	return `Order ${order.number} is no longer pending, so only a person can tell whether it can still be stopped.`;
}

/** Why no return can be asked for by a click, as a sentence for the customer; null when it can. */
export function whyNotReturned(
	order: Pick<Order, "number" | "status" | "deliveredAt">,
	returnDays: number,
	now: Date,
): string | null {
	const { number, status, deliveredAt } = order;
	if (/return[_ ]requested/i.test(status)) {
		return `A return has already been requested for order ${number}.`;
	}
	if (/return|refund/i.test(status)) return `Order ${number} has already been sent back.`;
	if (!/^deliver/i.test(status)) {
		return `Order ${number} has not been delivered yet, so it cannot be sent back yet.`;
	}
	// A store that imports no days of delivery decides by its own records when it looks at the request.
	if (deliveredAt && now.getTime() - deliveredAt.getTime() > returnDays * DAY_MS) {
		return `Order ${number} was delivered more than ${returnDays} days ago, so only a person can tell whether it can still be sent back.`;
	}
	return null;
}

/** Why the order's delivery address cannot be changed by a click; null when it can. */
export function whyNotReaddressed(order: Pick<Order, "number" | "status">): string | null {
	if (isPending(order)) return null;
	return `Order ${order.number} is no longer pending, so only a person can tell whether its address can still be changed.`;
}
