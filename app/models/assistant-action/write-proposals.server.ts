import { randomUUID } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { EventTransaction } from "#app/realtime/publish.server.ts";
import { assistantActions } from "#db/schema.ts";
import type { Proposal } from "#db/shapes.ts";
import { toProposalCard } from "./present.ts";
import { setActionOutcome } from "./update-card.server.ts";

/** Time in minutes in which the customer can confirm the card of a proposed action. */
const PROPOSAL_LIFETIME_MINUTES = 30;

/** Maximum number of proposals in one answer. */
export const MAX_PROPOSALS_PER_ANSWER = 3;

/**
 * The last sentence of every card. The assistant without a model also recognises by this sentence that a written "yes"
 * refers to a card.
 */
export const CONFIRM_INSTRUCTION = "Nothing happens until you choose Confirm.";

/**
 * Writes the proposals of an answer and their cards, in the transaction that writes the answer, so that a turn that is
 * superseded or restarted does not propose a change twice. An older open proposal of an equal change expires.
 */
export async function writeProposals(
	tx: EventTransaction,
	turn: { id: string; sessionId: string },
	proposals: Proposal[] = [],
): Promise<void> {
	const { sessionId } = turn;
	for (const proposal of proposals.slice(0, MAX_PROPOSALS_PER_ANSWER)) {
		const id = randomUUID();
		const expiresAt = new Date(Date.now() + PROPOSAL_LIFETIME_MINUTES * 60_000);
		const [written] = await tx
			.insert(assistantActions)
			.values({
				id,
				sessionId,
				turnId: turn.id,
				tool: proposal.tool,
				arguments: { ...proposal.arguments, orderNumber: proposal.orderNumber },
				state: "proposed",
				customerId: proposal.customerId,
				idempotencyKey: proposal.key,
				expiresAt,
			})
			.onConflictDoNothing({ target: [assistantActions.sessionId, assistantActions.idempotencyKey] })
			.returning({ id: assistantActions.id });
		if (!written) continue;
		await expireOlderProposals(tx, { id, sessionId, proposal });
		await writeMessage(tx, {
			id,
			sessionId,
			senderType: "bot",
			senderName: "Assistant",
			message: [proposal.title, ...proposal.lines, CONFIRM_INSTRUCTION].join("\n"),
			messageType: "proposal",
			metadata: { proposal: toProposalCard(id, proposal, expiresAt) },
		});
	}
}

async function expireOlderProposals(
	tx: EventTransaction,
	{ id, sessionId, proposal }: { id: string; sessionId: string; proposal: Proposal },
): Promise<void> {
	const older = await tx
		.select({ id: assistantActions.id, sessionId: assistantActions.sessionId })
		.from(assistantActions)
		.where(
			and(
				eq(assistantActions.sessionId, sessionId),
				eq(assistantActions.tool, proposal.tool),
				eq(assistantActions.state, "proposed"),
				sql`${assistantActions.arguments}->>'orderNumber' is not distinct from ${proposal.orderNumber}::text`,
				sql`${assistantActions.id} <> ${id}`,
			),
		);
	for (const action of older) await setActionOutcome(tx, action, { state: "expired" });
}
