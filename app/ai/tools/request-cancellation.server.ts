import { z } from "zod/v4";
import { cancelRefusal } from "#app/models/order/rules.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { proposeCancellation } from "./proposals.ts";
import {
	defineTool,
	NOT_THEIRS,
	orderNumberText,
	reasonText,
	refuseStranger,
	tellProposed,
} from "./tool.server.ts";

export const requestCancellation = defineTool({
	name: "request_cancellation",
	description:
		"Proposes to cancel one of the signed-in customer's pending orders. Nothing is cancelled by it: the customer is shown a card and confirms it there, or not.",
	schema: z.object({ number: orderNumberText, reason: reasonText }),
	handle: async ({ number, reason }, context) => {
		const refusal = refuseStranger(context);
		if (refusal) return refusal;
		const order = await findOwnOrder(number, context.deeds.owner);
		if (!order) return NOT_THEIRS;
		const problem = cancelRefusal(order);
		if (problem) return { error: "not_possible", details: problem };
		return tellProposed(context.deeds.propose(proposeCancellation(order, reason)));
	},
});
