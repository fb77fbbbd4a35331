import type { OrderOwner } from "#app/models/order/order.server.ts";
import type { SessionRow } from "./present.server.ts";

/**
 * Hours for which an emailed code allows access to the orders of its email address, in the session where the code was
 * typed.
 */
export const VERIFIED_HOURS = 24;

/**
 * Whose orders the assistant may use in a session: the signed-in customer's, otherwise those of the email address that
 * the customer proved recently. No message text can change the result.
 */
export function orderOwnerOf(
	session: Pick<SessionRow, "userId" | "verifiedEmail" | "verifiedAt">,
): OrderOwner {
	if (session.userId !== null) return { customerId: session.userId, verifiedEmail: null };
	return { customerId: null, verifiedEmail: provedEmail(session) };
}

/** The email address that was proved by a code in a session. Null without a proof, and when the proof has expired. */
export function provedEmail({
	verifiedEmail,
	verifiedAt,
}: Pick<SessionRow, "verifiedEmail" | "verifiedAt">): string | null {
	if (!verifiedEmail || !verifiedAt) return null;
	return Date.now() - verifiedAt.getTime() < VERIFIED_HOURS * 3_600_000 ? verifiedEmail : null;
}
