import { z } from "zod/v4";
import { listCustomerIdsOfOwner } from "#app/models/customer/customer.server.ts";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { addressChangeRefusal } from "#app/models/order/rules.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { proposeAccountAddress, proposeEmail, proposeOrderAddress } from "./proposals.ts";
import {
	defineTool,
	ORDER_NOT_FOUND_RESULT,
	orderNumberParameter,
	refuseIfUnidentified,
	type ToolContext,
	toProposalResult,
} from "./tool.server.ts";

const addressPartParameter = z
	.string()
	.refine((text) => text.length <= 120, "must have at most 120 characters")
	.nullable();

export const updateContact = defineTool({
	name: "update_contact",
	description:
		"Proposes to change the delivery address of a pending order (with its number), or the postal address or email address of the signed-in customer's account (without a number). Nothing is changed by it: the customer is shown a card, completes the address there and confirms it, or not.",
	schema: z.object({
		number: orderNumberParameter.nullable(),
		address: z
			.object({
				address1: addressPartParameter,
				address2: addressPartParameter,
				city: addressPartParameter,
				state: addressPartParameter,
				zip: addressPartParameter,
				country: addressPartParameter,
			})
			.nullable()
			.describe(
				"The new postal address as far as the customer has told it; null for what they have not told.",
			),
		email: z.string().nullable().describe("The new email address of the account; null to leave it."),
	}),
	handle: async ({ number, address, email }, context) => {
		const refusal = refuseIfUnidentified(context);
		if (refusal) return refusal;
		if (email !== null) return proposeEmailChange(email, context);
		const givenParts = Object.entries(address ?? {}).filter((entry): entry is [string, string] => !!entry[1]);
		const proposedAddress = givenParts.length > 0 ? Object.fromEntries(givenParts) : null;
		if (number !== null) {
			const order = await findOwnOrder(number, context.toolRuns.owner);
			if (!order) return ORDER_NOT_FOUND_RESULT;
			const problem = addressChangeRefusal(order);
			if (problem) return { error: "not_possible", details: problem };
			return toProposalResult(context.toolRuns.propose(proposeOrderAddress(order, proposedAddress)));
		}
		const customerId = await findOnlyCustomerId(context);
		if (!customerId) return NOT_POSSIBLE_RESULT;
		return toProposalResult(context.toolRuns.propose(proposeAccountAddress(customerId, proposedAddress)));
	},
});

const NOT_POSSIBLE_RESULT = {
	error: "not_possible",
	details: "Only a colleague can change this. Offer to call one.",
};

/**
 * Proposes another email address for the customer's account. The customer must be signed in, because a code proves only
 * the old mailbox. The customer must also have proved the new address in this session.
 */
async function proposeEmailChange(text: string, context: ToolContext) {
	const email = canonicalEmail(text);
	if (!email) return { error: "wrong_arguments", details: "That is not an email address." };
	const customerId = context.toolRuns.owner.customerId;
	if (customerId === null) return NOT_POSSIBLE_RESULT;
	if (context.toolRuns.provedEmail !== email) {
		context.toolRuns.requestIdentity();
		return {
			error: "not_proved",
			details:
				"The new address has to be proved first: ask the customer to have a code sent to it with the form under your answer, if one is shown, and else offer to call a colleague.",
		};
	}
	return toProposalResult(context.toolRuns.propose(proposeEmail(customerId, email)));
}

async function findOnlyCustomerId({ toolRuns }: ToolContext): Promise<string | null> {
	const [only, ...others] = await listCustomerIdsOfOwner(toolRuns.owner);
	return only && others.length === 0 ? only : null;
}
