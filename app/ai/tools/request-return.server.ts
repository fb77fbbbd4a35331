import { z } from "zod/v4";
import { returnRefusal } from "#app/models/order/rules.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { proposeReturn } from "./proposals.ts";
import {
	defineTool,
	ORDER_NOT_FOUND_RESULT,
	orderNumberParameter,
	reasonParameter,
	refuseIfUnidentified,
	toProposalResult,
} from "./tool.server.ts";

export const requestReturn = defineTool({
	name: "request_return",
	description:
		"Proposes to ask the store for a return of a delivered order of the signed-in customer, or of some of its items. Nothing is requested by it: the customer is shown a card and confirms it there, or not.",
	schema: z.object({
		number: orderNumberParameter,
		items: z
			.array(z.string().refine((text) => text.length <= 200, "must be the name of an item"))
			.refine((items) => items.length <= 50, "must name at most 50 items")
			.describe("Names of the items to send back, as they stand in the order; empty for all of them."),
		reason: reasonParameter,
	}),
	handle: async ({ number, items, reason }, context) => {
		const refusal = refuseIfUnidentified(context);
		if (refusal) return refusal;
		const order = await findOwnOrder(number, context.toolRuns.owner);
		if (!order) return ORDER_NOT_FOUND_RESULT;
		const problem = returnRefusal(order, await getSetting("return_days"), new Date());
		if (problem) return { error: "not_possible", details: problem };
		const wanted = items.map((name) => name.trim().toLowerCase());
		const chosen = order.items.filter((item) => wanted.includes(item.name.toLowerCase()));
		if (wanted.length > 0 && chosen.length === 0) {
			return {
				error: "not_found",
				details: "None of these items is in the order; its items have other names.",
			};
		}
		const itemIds = chosen.map((item) => item.itemId);
		return toProposalResult(context.toolRuns.propose(proposeReturn(order, itemIds, reason)));
	},
});
