import { z } from "zod/v4";
import { defineTool, ESCALATION_REASONS } from "./tool.server.ts";

export const escalate = defineTool({
	name: "escalate",
	description:
		"Calls a human colleague into this conversation. Use it when the customer asks for a person, is upset, or needs something only a person can do or decide.",
	schema: z.object({
		reason: z
			.enum(ESCALATION_REASONS)
			.describe(
				"requested: the customer asked for a person; assistant-unsure: you do not know and they want a person to look.",
			),
	}),
	handle: async ({ reason }, context) => {
		context.escalate(reason);
		return {
			called: true,
			details: "A colleague has been called. Tell the customer so in one short sentence.",
		};
	},
});
