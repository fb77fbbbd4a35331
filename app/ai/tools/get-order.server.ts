import { z } from "zod/v4";
import { getOrder, listOrders } from "#app/models/order.server.ts";
import { orderFacts } from "./order-facts.ts";
import { defineTool, NOT_SIGNED_IN } from "./tool.server.ts";

/** How far back an order is looked for when its number came without its letters. */
const SEARCHED_ORDERS = 200;

export const getOrderTool = defineTool({
	name: "get_order",
	description: "Looks up one order of the signed-in customer by its number: status, dates, items, tracking.",
	schema: z.object({
		number: z
			.string()
			.refine((text) => /\d/.test(text) && text.length <= 40, "must be an order number")
			.describe("The order number as the customer wrote it, such as W1234567."),
	}),
	handle: async ({ number }, { customerId }) => {
		if (customerId === null) return NOT_SIGNED_IN;
		const order = (await getOrder({ number, customerId })) ?? (await findByDigits(number, customerId));
		if (order) return { order: orderFacts(order) };
		return {
			error: "not_found",
			details:
				"The signed-in customer has no order with this number. It may belong to someone else; nothing about it can be said.",
		};
	},
});

/** People leave out the letters of an order number; among their own orders the digits are enough. */
async function findByDigits(number: string, customerId: string) {
	const digits = number.replace(/\D/g, "");
	const own = await listOrders({ customerId, limit: SEARCHED_ORDERS });
	return own.find((order) => order.number.replace(/\D/g, "") === digits) ?? null;
}
