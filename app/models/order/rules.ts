import { isPending, type Order } from "./order.server.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Why the customer cannot cancel the order in the chat, as a sentence for the customer; null when the order can be
 * cancelled.
 */
export function cancelRefusal(order: Pick<Order, "number" | "status">): string | null {
	if (isPending(order)) return null;
	if (/cancel/i.test(order.status)) return `Order ${order.number} has already been cancelled.`;
	return `Order ${order.number} is no longer pending, so only a person can tell whether it can still be stopped.`;
}

/**
 * Why the customer cannot request a return in the chat, as a sentence for the customer; null when a return can be
 * requested. A return is only a request: agents apply the store's finer rules.
 */
export function returnRefusal(
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
	// When the day of delivery was not imported, the store checks the return period itself when it handles the request.
	if (deliveredAt && now.getTime() - deliveredAt.getTime() > returnDays * DAY_MS) {
		return `Order ${number} was delivered more than ${returnDays} days ago, so only a person can tell whether it can still be sent back.`;
	}
	return null;
}

/** Why the order's delivery address cannot be changed in the chat; null when it can be changed. */
export function addressChangeRefusal(order: Pick<Order, "number" | "status">): string | null {
	if (isPending(order)) return null;
	return `Order ${order.number} is no longer pending, so only a person can tell whether its address can still be changed.`;
}
