import type { Order } from "#app/models/order/order.server.ts";
import { formatMoney } from "#app/models/product/money.ts";

/**
 * Describes an order for the model, with enough to answer "where is it" and "what did I order". The customer's id,
 * address and payment details are left out, because no answer needs them.
 */
export function describeOrderForModel(order: Order) {
	const refundedCents = order.payments
		.filter((payment) => payment.type === "refund")
		.reduce((sum, payment) => sum + payment.amountCents, 0);
	return {
		number: order.number,
		status: order.status,
		placedOn: order.placedAt?.toISOString().slice(0, 10) ?? null,
		expectedOn: order.expectedOn,
		deliveredOn: order.deliveredAt?.toISOString().slice(0, 10) ?? null,
		total: formatMoney(order.totalCents),
		...(refundedCents > 0 ? { refunded: formatMoney(refundedCents) } : {}),
		items: order.items.map((item) => ({
			name: item.name,
			quantity: item.quantity ?? 1,
			price: formatMoney(item.priceCents),
			options: item.options,
		})),
		shipments: order.shipments.map(({ carrier, trackingIds }) => ({ carrier: carrier ?? null, trackingIds })),
	};
}
