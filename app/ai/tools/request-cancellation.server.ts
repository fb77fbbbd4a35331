import { z } from "zod/v4";
import { cancelRefusal } from "#app/models/order/rules.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { proposeCancellation } from "./proposals.ts";
import {
	defineTool,
	ORDER_NOT_FOUND_RESULT,
	orderNumberParameter,
	reasonParameter,
	refuseIfUnidentified,
	toProposalResult,
} from "./tool.server.ts";

export const requestCancellation = defineTool({
	name: "request_cancellation",
	description:
		"Proposes to cancel one of the signed-in customer's pending orders. Nothing is cancelled by it: the customer is shown a card and confirms it there, or not.",
	schema: z.object({ number: orderNumberParameter, reason: reasonParameter }),
	handle: async ({ number, reason }, context) => {
		const refusal = refuseIfUnidentified(context);
		if (refusal) return refusal;
		const order = await findOwnOrder(number, context.toolRuns.owner);
		if (!order) return ORDER_NOT_FOUND_RESULT;
		const problem = cancelRefusal(order);
		if (problem) return { error: "not_possible", details: problem };
		return toProposalResult(context.toolRuns.propose(proposeCancellation(order, reason)));
	},
});
