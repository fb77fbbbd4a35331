import type { assistantActions } from "#db/schema.ts";
import type { ActionState, PostalAddress, Proposal, ProposalCard } from "#db/shapes.ts";

export type ActionRow = typeof assistantActions.$inferSelect;

/** One line of "What the assistant did". */
export type ActionEntry = {
	id: string;
	tool: string;
	orderNumber: string | null;
	state: ActionState;
	/** ISO moment. */
	at: string;
};

/** A card as the conversation shows it, made when it is proposed. */
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

/** The address as the assistant understood it, for the customer to correct; nothing where it understood none. */
function proposedAddress({ address }: Record<string, unknown>): Partial<PostalAddress> {
	if (typeof address !== "object" || address === null) return {};
	return Object.fromEntries(Object.entries(address).filter(([, value]) => typeof value === "string"));
}

/** An action as a line of the list. One whose time is over counts as run out, also while nobody has clicked. */
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
