import { createHash, createHmac } from "node:crypto";
import { env } from "#app/env.server.ts";
import { Forbidden } from "#app/models/errors.ts";
import type { CustomerIdentity, SignedIdentity } from "./token.server.ts";

/** Characters of the name: 96 bits. */
const NAME_LENGTH = 16;

/**
 * A name for the person behind a browser that says nothing of them: what a page keeps in the browser's storage is
 * kept under it. A guest's goes with the visitor id. A customer's stays the same over sign-ins, so that what they
 * could not send is still there when they come back; it is keyed with APP_SECRET, or it could be guessed from
 * their id by others who use the browser.
 */
export function nameOwner({ visitorId, customerId }: CustomerIdentity): string {
	const hash =
		customerId === null
			? createHash("sha256").update(`mevi-owner ${visitorId}`)
			: createHmac("sha256", env().APP_SECRET ?? "").update(`mevi-owner customer ${customerId}`);
	return hash.digest("base64url").slice(0, NAME_LENGTH);
}

/**
 * Refuses what a page sends for somebody the browser is no more: words written as one person must not be sent as
 * another. The guest who became this customer is the same person. A form that names nobody is a plain one, just
 * filled in. @throws Forbidden
 */
export function requireOwner(named: string | undefined, owner: string): void {
	if (!named || named === owner) return;
	throw new Forbidden("This was written while somebody else was signed in here, so it has not been sent.");
}

/** The same for a customer's page, which may still be the one they opened as a guest. @throws Forbidden */
export function requireCustomerOwner(named: string | undefined, identity: SignedIdentity): void {
	if (identity.formerOwner && named === identity.formerOwner) return;
	requireOwner(named, nameOwner(identity));
}
