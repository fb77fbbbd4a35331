import type { OrderOwner } from "#app/models/order/order.server.ts";
import type { SessionRow } from "./present.server.ts";

/** How long an e-mailed code opens the orders of its address, in the conversation it was typed into. */
export const VERIFIED_HOURS = 24;

/**
 * Whose orders may be spoken of in a conversation: the signed-in customer's, else those of the address proved in
 * it not too long ago. Nothing anybody writes can change it.
 */
export function orderOwnerOf(
	session: Pick<SessionRow, "userId" | "verifiedEmail" | "verifiedAt">,
): OrderOwner {
	if (session.userId !== null) return { customerId: session.userId, verifiedEmail: null };
	return { customerId: null, verifiedEmail: provedEmail(session) };
}

/** The address proved in a conversation, while that counts; null otherwise. */
export function provedEmail({
	verifiedEmail,
	verifiedAt,
}: Pick<SessionRow, "verifiedEmail" | "verifiedAt">): string | null {
	if (!verifiedEmail || !verifiedAt) return null;
	return Date.now() - verifiedAt.getTime() < VERIFIED_HOURS * 3_600_000 ? verifiedEmail : null;
}
