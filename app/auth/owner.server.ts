import { createHash } from "node:crypto";
import { Forbidden } from "#app/models/errors.ts";
import type { CustomerIdentity } from "./token.server.ts";

/**
 * A name for whoever the browser is that says nothing of them: what a page keeps in the browser's storage
 * stands under it. It stays when a visitor signs in, as their conversation does, and changes with the customer.
 */
export function nameOwner({ visitorId }: Pick<CustomerIdentity, "visitorId">): string {
	return createHash("sha256").update(`mevi-owner ${visitorId}`).digest("base64url").slice(0, 16);
}

/**
 * Refuses what a page sends for somebody the browser is no more: words written as one person must not be sent as
 * another. A form that names nobody is a plain one, just filled in. @throws Forbidden
 */
export function requireOwner(named: string | undefined, owner: string): void {
	if (!named || named === owner) return;
	throw new Forbidden("This was written while somebody else was signed in here, so it has not been sent.");
}
