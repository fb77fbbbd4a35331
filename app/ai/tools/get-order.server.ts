import { z } from "zod/v4";
import { orderFacts } from "./order-facts.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { defineTool, NOT_THEIRS, orderNumberText, refuseStranger } from "./tool.server.ts";

export const getOrderTool = defineTool({
	name: "get_order",
	description: "Looks up one order of the signed-in customer by its number: status, dates, items, tracking.",
	schema: z.object({ number: orderNumberText }),
	handle: async ({ number }, context) => {
		const refusal = refuseStranger(context);
		if (refusal) return refusal;
		const order = await findOwnOrder(number, context.deeds.owner);
		if (!order) return NOT_THEIRS;
		await context.deeds.didRead("get_order", order);
		return { order: orderFacts(order) };
	},
});
