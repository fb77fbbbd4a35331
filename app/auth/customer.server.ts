import { randomUUID } from "node:crypto";
import { createCookie } from "@remix-run/node";
import { env } from "#app/env.server.ts";
import { REVOKED } from "#app/models/chat-session/scope.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import {
	findRevocation,
	type Revocation,
	signInVisitor,
	signOutVisitor,
} from "#app/models/visitor.server.ts";
import { nameOwner } from "./owner.server.ts";
import { readCustomerToken, type SignedIdentity, signCustomerToken } from "./token.server.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * How long after a sign-in or sign-out a request with the old cookie gets no new one. It was on its way, and a
 * new guest's cookie in its answer would sign the browser out again.
 */
const ON_ITS_WAY_MS = 60_000;

/**
 * Only where the public address is https is the cookie Secure: a phone on the same network must be able to try
 * it too. There its name also begins with `__Host-`, so that no other host of the same domain can set it: the
 * browser would then talk under somebody else's visitor id.
 */
function identityCookie() {
	const isHttps = env().PUBLIC_URL?.startsWith("https://") ?? false;
	return createCookie(isHttps ? "__Host-mevi_customer" : "mevi_customer", {
		httpOnly: true,
		sameSite: "lax",
		path: "/",
		maxAge: YEAR_SECONDS,
		secure: isHttps,
	});
}

/** Who a browser says it is, and whether that still counts. */
type Presented = { identity: SignedIdentity; revocation: Revocation | null };

async function readCookie(request: Request): Promise<Presented | null> {
	const token: unknown = await identityCookie().parse(request.headers.get("Cookie"));
	const identity = typeof token === "string" ? await readCustomerToken(token) : null;
	return identity && { identity, revocation: await findRevocation(identity.visitorId) };
}

/** Who the browser is, by its cookie; both null for a newcomer, and for a cookie that counts no more. */
export async function getCustomerIdentity(
	request: Request,
): Promise<{ visitorId: string | null; customerId: string | null }> {
	const presented = await readCookie(request);
	if (!presented || presented.revocation) return { visitorId: null, customerId: null };
	return presented.identity;
}

/**
 * Who the browser is, made up now for a newcomer. For pages: the answer may be a newcomer's.
 * @returns the identity and the Set-Cookie value that keeps it (null when the browser has it already, or is about
 * to get another one).
 */
export async function ensureCustomerIdentity(
	request: Request,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	return identityFor(await readCookie(request));
}

async function identityFor(presented: Presented | null) {
	if (presented && !presented.revocation) return { identity: presented.identity, setCookie: null };
	const identity = { visitorId: randomUUID(), customerId: null };
	const isOnItsWay = presented?.revocation && Date.now() - +presented.revocation.revokedAt < ON_ITS_WAY_MS;
	return { identity, setCookie: isOnItsWay ? null : await serialize(identity) };
}

/**
 * The same for forms. What was sent by a page of before is refused and stays with the page: under a new visitor
 * id it would be lost to the person who wrote it.
 * @throws Unauthorised for a cookie that counts no more.
 */
export async function requireCustomerIdentity(
	request: Request,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	const presented = await readCookie(request);
	if (presented?.revocation) throw new Unauthorised(REVOKED);
	return identityFor(presented);
}

/**
 * Signs the browser in as a customer whose identity has been proved, under a new visitor id: a copy of the old
 * cookie is worth nothing from then on. A guest's open conversation comes along; what belongs to another customer
 * stays theirs. Somebody who is this customer already keeps the token's claims, and only the cookie is renewed.
 * @param customerId must exist. @returns the Set-Cookie value.
 */
export async function signInCustomer(request: Request, customerId: string): Promise<string> {
	const presented = await readCookie(request);
	const before = presented?.identity ?? null;
	if (before?.customerId === customerId && !presented?.revocation) return serialize(before);
	const visitorId = randomUUID();
	const { isSamePerson } = await signInVisitor({ before, visitorId, customerId });
	return serialize({
		visitorId,
		customerId,
		...(before && isSamePerson ? { formerOwner: nameOwner(before) } : {}),
	});
}

/**
 * Makes the browser a newcomer again. The token in its cookie, or in the Authorization header of a program, is
 * refused from now on wherever a copy of it is.
 * @returns the Set-Cookie value.
 */
export async function signOutCustomer(request: Request): Promise<string> {
	const presented = await readCookie(request);
	if (presented && !presented.revocation) await signOutVisitor(presented.identity);
	return identityCookie().serialize("", { maxAge: 0 });
}

/** Who a bearer token acts as. @throws Unauthorised when it is forged or has expired or been revoked. */
export async function requireTokenIdentity(token: string): Promise<SignedIdentity> {
	const identity = await readCustomerToken(token);
	if (!identity || (await findRevocation(identity.visitorId)))
		throw new Unauthorised("The token is not valid or has expired.");
	return identity;
}

/** Ends a bearer token. @throws Unauthorised when it does not count. */
export async function revokeToken(token: string): Promise<void> {
	await signOutVisitor(await requireTokenIdentity(token));
}

async function serialize(identity: SignedIdentity): Promise<string> {
	return identityCookie().serialize(await signCustomerToken(identity));
}
