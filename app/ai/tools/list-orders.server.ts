import { z } from "zod/v4";
import { listOrders } from "#app/models/order/order.server.ts";
import { orderFacts } from "./order-facts.ts";
import { defineTool, refuseStranger } from "./tool.server.ts";

/** Orders given to the model at once; the newest are the ones people ask about. */
const NEWEST = 10;

export const listOrdersTool = defineTool({
	name: "list_orders",
	description: `Lists the signed-in customer's own newest orders (at most ${NEWEST}) with status, dates and items.`,
	schema: z.object({}),
	handle: async (_args, context) => {
		const refusal = refuseStranger(context);
		if (refusal) return refusal;
		const orders = await listOrders({ ...context.deeds.owner, limit: NEWEST });
		await context.deeds.didRead("list_orders", null);
		return { orders: orders.map(orderFacts) };
	},
});
