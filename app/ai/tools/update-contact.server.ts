import { z } from "zod/v4";
import { listCustomerIdsOfOwner } from "#app/models/customer/customer.server.ts";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { addressChangeRefusal } from "#app/models/order/rules.ts";
import { findOwnOrder } from "./own-order.server.ts";
import { proposeAccountAddress, proposeEmail, proposeOrderAddress } from "./proposals.ts";
import {
	defineTool,
	NOT_THEIRS,
	orderNumberText,
	refuseStranger,
	type ToolContext,
	tellProposed,
} from "./tool.server.ts";

const part = z
	.string()
	.refine((text) => text.length <= 120, "must have at most 120 characters")
	.nullable();

export const updateContact = defineTool({
	name: "update_contact",
	description:
		"Proposes to change the delivery address of a pending order (with its number), or the postal address or email address of the signed-in customer's account (without a number). Nothing is changed by it: the customer is shown a card, completes the address there and confirms it, or not.",
	schema: z.object({
		number: orderNumberText.nullable(),
		address: z
			.object({ address1: part, address2: part, city: part, state: part, zip: part, country: part })
			.nullable()
			.describe(
				"The new postal address as far as the customer has told it; null for what they have not told.",
			),
		email: z.string().nullable().describe("The new email address of the account; null to leave it."),
	}),
	handle: async ({ number, address, email }, context) => {
		const refusal = refuseStranger(context);
		if (refusal) return refusal;
		if (email !== null) return changeEmail(email, context);
		const told = Object.entries(address ?? {}).filter((entry): entry is [string, string] => !!entry[1]);
		const known = told.length > 0 ? Object.fromEntries(told) : null;
		if (number !== null) {
			const order = await findOwnOrder(number, context.deeds.owner);
			if (!order) return NOT_THEIRS;
			const problem = addressChangeRefusal(order);
			if (problem) return { error: "not_possible", details: problem };
			return tellProposed(context.deeds.propose(proposeOrderAddress(order, known)));
		}
		const customerId = await onlyCustomer(context);
		if (!customerId) return AMBIGUOUS;
		return tellProposed(context.deeds.propose(proposeAccountAddress(customerId, known)));
	},
});

const AMBIGUOUS = {
	error: "not_possible",
	details: "Only a colleague can change this. Offer to call one.",
};

/**
 * A mailbox is what a code proves, so an account's address is not changed for whoever has only proved the old
 * mailbox, nor to one that nobody has proved.
 */
async function changeEmail(text: string, context: ToolContext) {
	const email = canonicalEmail(text);
	if (!email) return { error: "wrong_arguments", details: "That is not an email address." };
	const customerId = context.deeds.owner.customerId;
	if (customerId === null) return AMBIGUOUS;
	if (context.deeds.provedEmail !== email) {
		context.deeds.askIdentity();
		return {
			error: "not_proved",
			details:
				"The new address has to be proved first: ask the customer to have a code sent to it with the form under your answer, if one is shown, and else offer to call a colleague.",
		};
	}
	return tellProposed(context.deeds.propose(proposeEmail(customerId, email)));
}

async function onlyCustomer({ deeds }: ToolContext): Promise<string | null> {
	const [only, ...others] = await listCustomerIdsOfOwner(deeds.owner);
	return only && others.length === 0 ? only : null;
}
