import { describeItems, type Order } from "#app/models/order/order.server.ts";
import { formatMoney } from "#app/models/product/money.ts";
import type { Proposal } from "#db/shapes.ts";

/**
 * The changes that the assistant can propose, with the texts of their cards. Answers with and without a model use them.
 */

type ProposalDraft = Omit<Proposal, "key">;

export function proposeCancellation(order: Order, reason: string | null): ProposalDraft {
	return {
		tool: "request_cancellation",
		customerId: order.customerId,
		orderNumber: order.number,
		arguments: { reason },
		title: `Cancel order ${order.number}?`,
		lines: [describeItems(order.items), `Total ${formatMoney(order.totalCents)}`],
	};
}

/**
 * Proposes the return of an order's items.
 * @param itemIds the items to return; empty means all.
 */
export function proposeReturn(order: Order, itemIds: string[], reason: string | null): ProposalDraft {
	const chosen = order.items.filter((item) => itemIds.includes(item.itemId));
	const items = chosen.length > 0 ? chosen : order.items;
	return {
		tool: "request_return",
		customerId: order.customerId,
		orderNumber: order.number,
		arguments: { itemIds: items.map((item) => item.itemId), reason },
		title: `Ask to return order ${order.number}?`,
		lines: [describeItems(items), "The store looks at your request and answers it."],
	};
}

/**
 * Proposes another delivery address for an order.
 * @param address the known parts; the customer completes the address on the card.
 */
export function proposeOrderAddress(order: Order, address: Record<string, string> | null): ProposalDraft {
	return {
		tool: "update_contact",
		customerId: order.customerId,
		orderNumber: order.number,
		arguments: { address },
		title: `Where should order ${order.number} go?`,
		lines: [describeItems(order.items)],
	};
}

export function proposeAccountAddress(
	customerId: string,
	address: Record<string, string> | null,
): ProposalDraft {
	return {
		tool: "update_contact",
		customerId,
		orderNumber: null,
		arguments: { address },
		title: "Change the address of your account?",
		lines: ["Orders already placed keep the address they have."],
	};
}

export function proposeEmail(customerId: string, email: string): ProposalDraft {
	return {
		tool: "update_contact",
		customerId,
		orderNumber: null,
		arguments: { email },
		title: "Change the email address of your account?",
		lines: [`New address: ${email}`],
	};
}
