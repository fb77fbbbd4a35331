import { z } from "zod/v4";
import { listOrders } from "#app/models/order/order.server.ts";
import { describeOrderForModel } from "./order-facts.ts";
import { defineTool, refuseIfUnidentified } from "./tool.server.ts";

/** Maximum number of orders in one result of the tool, newest first. */
const MAX_LISTED_ORDERS = 10;

export const listOrdersTool = defineTool({
	name: "list_orders",
	description: `Lists the signed-in customer's own newest orders (at most ${MAX_LISTED_ORDERS}) with status, dates and items.`,
	schema: z.object({}),
	handle: async (_args, context) => {
		const refusal = refuseIfUnidentified(context);
		if (refusal) return refusal;
		const orders = await listOrders({ ...context.toolRuns.owner, limit: MAX_LISTED_ORDERS });
		await context.toolRuns.recordLookup("list_orders", null);
		return { orders: orders.map(describeOrderForModel) };
	},
});
