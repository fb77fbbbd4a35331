import { createHash, createHmac } from "node:crypto";
import { env } from "#app/env.server.ts";
import { Forbidden } from "#app/models/errors.ts";
import type { CustomerIdentity, SignedIdentity } from "./token.server.ts";

/** Length of an owner's name in base64url characters: 96 bits. */
const NAME_LENGTH = 16;

/**
 * An opaque name for a browser's user, under which pages store data in the browser. A guest's name depends on the
 * visitor id. A customer's name stays the same through sign-ins, so that unsent messages are found again; the name is
 * a hash keyed with APP_SECRET, because otherwise other users of the browser could compute it from the customer's id.
 */
export function nameOwner({ visitorId, customerId }: CustomerIdentity): string {
	const hash =
		customerId === null
			? createHash("sha256").update(`mevi-owner ${visitorId}`)
			: createHmac("sha256", env().APP_SECRET ?? "").update(`mevi-owner customer ${customerId}`);
	return hash.digest("base64url").slice(0, NAME_LENGTH);
}

/**
 * Refuses a form whose page belongs to another identity than the browser now has, because a message must not be sent
 * under another identity. A form without the field for the owner is accepted.
 * @param named the owner that the form contains. @throws Forbidden
 */
export function requireOwner(named: string | undefined, owner: string): void {
	if (!named || named === owner) return;
	throw new Forbidden("This was written while somebody else was signed in here, so it has not been sent.");
}

/**
 * Refuses a form whose page belongs to another identity than the customer's. The form may also come from the page
 * that the customer opened as a guest. @throws Forbidden
 */
export function requireCustomerOwner(named: string | undefined, identity: SignedIdentity): void {
	if (identity.formerOwner && named === identity.formerOwner) return;
	requireOwner(named, nameOwner(identity));
}
