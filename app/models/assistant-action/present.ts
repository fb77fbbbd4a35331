import type { assistantActions } from "#db/schema.ts";
import type { ActionState, PostalAddress, Proposal, ProposalCard } from "#db/shapes.ts";

export type ActionRow = typeof assistantActions.$inferSelect;

/** One entry of the list "What the assistant did". */
export type ActionEntry = {
	id: string;
	tool: string;
	orderNumber: string | null;
	state: ActionState;
	/** ISO 8601. */
	at: string;
};

/** The card of a new proposal, as the conversation shows it. */
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

/** The address that the assistant recognised, for the customer to correct; empty when it recognised none. */
function proposedAddress({ address }: Record<string, unknown>): Partial<PostalAddress> {
	if (typeof address !== "object" || address === null) return {};
	return Object.fromEntries(Object.entries(address).filter(([, value]) => typeof value === "string"));
}

/** An action as an entry of the list. A proposal past its time is shown as expired. */
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
