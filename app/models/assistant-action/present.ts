import type { assistantActions } from "#db/schema.ts";
import type { ActionState, PostalAddress, Proposal, ProposalCard } from "#db/shapes.ts";

export type ActionRow = typeof assistantActions.$inferSelect;

/** One entry of the page's list "What the assistant did". */
export type ActionEntry = {
	id: string;
	tool: string;
	orderNumber: string | null;
	state: ActionState;
	/** The time of the tool run or action, ISO 8601. */
	at: string;
};

/** The card of a new proposal, as the session's page shows it. */
export function toProposalCard(id: string, proposal: Proposal, expiresAt: Date): ProposalCard {
	const { tool, orderNumber, title, lines } = proposal;
	return {
		id,
		tool,
		orderNumber,
		title,
		lines,
		fields:
			tool === "update_contact" && !proposal.arguments.email ? proposedAddress(proposal.arguments) : null,
		state: "proposed",
		expiresAt: expiresAt.toISOString(),
	};
}

/**
 * The address that the assistant recognised in the customer's messages, for the customer to correct on the card; empty
 * when it recognised none.
 */
function proposedAddress({ address }: Record<string, unknown>): Partial<PostalAddress> {
	if (typeof address !== "object" || address === null) return {};
	return Object.fromEntries(Object.entries(address).filter(([, value]) => typeof value === "string"));
}

/**
 * Makes an entry of the list "What the assistant did" from an action. A proposal that can no longer be confirmed is
 * shown as expired.
 */
export function toActionEntry(row: ActionRow, now: Date): ActionEntry {
	const isOver = row.state === "proposed" && row.expiresAt !== null && row.expiresAt <= now;
	const number = row.arguments.orderNumber;
	return {
		id: row.id,
		tool: row.tool,
		orderNumber: typeof number === "string" ? number : null,
		state: isOver ? "expired" : row.state,
		at: (row.decidedAt ?? row.createdAt).toISOString(),
	};
}
