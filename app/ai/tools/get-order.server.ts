import { z } from "zod/v4";
import { describeOrderForModel } from "./order-facts.ts";
import { findOwnOrder } from "./own-order.server.ts";
import {
	defineTool,
	ORDER_NOT_FOUND_RESULT,
	orderNumberParameter,
	refuseIfUnidentified,
} from "./tool.server.ts";

export const getOrderTool = defineTool({
	name: "get_order",
	description: "Looks up one order of the signed-in customer by its number: status, dates, items, tracking.",
	schema: z.object({ number: orderNumberParameter }),
	handle: async ({ number }, context) => {
		const refusal = refuseIfUnidentified(context);
		if (refusal) return refusal;
		const order = await findOwnOrder(number, context.toolRuns.owner);
		if (!order) return ORDER_NOT_FOUND_RESULT;
		await context.toolRuns.recordLookup("get_order", order);
		return { order: describeOrderForModel(order) };
	},
});
