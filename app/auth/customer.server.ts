import { randomUUID } from "node:crypto";
import { createCookie } from "@remix-run/node";
import { env } from "#app/env.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { REVOKED_IDENTITY_MESSAGE } from "#app/models/chat-session/scope.server.ts";
import {
	findRevocation,
	type Revocation,
	signInVisitor,
	signOutVisitor,
} from "#app/models/customer/visitor.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { singleton } from "#app/singleton.server.ts";
import { nameOwner, requireCustomerOwner } from "./owner.server.ts";
import { readCustomerToken, type SignedIdentity, signCustomerToken } from "./token.server.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * For this time after a sign-in or sign-out, the response to a request with the old cookie sets no new cookie. The
 * request was sent before the sign-in, and a new guest's cookie in its response would sign the browser out again.
 */
const IN_TRANSIT_MS = 60_000;

/**
 * The cookie with a customer's identity. It is Secure only if PUBLIC_URL is https, so that a phone on the same
 * network can use the demo. On https its name begins with `__Host-`, so that no other host of the same domain can set
 * it and make the browser use another visitor id.
 */
function identityCookie() {
	return createCookie(cookieName(), {
		httpOnly: true,
		sameSite: "lax",
		path: "/",
		maxAge: YEAR_SECONDS,
		secure: isHttps(),
	});
}

const isHttps = (): boolean => env().PUBLIC_URL?.startsWith("https://") ?? false;
const cookieName = () => (isHttps() ? "__Host-mevi_customer" : "mevi_customer");

/** A verified identity with the name of its owner (`nameOwner`); the identity may have been revoked. */
type VerifiedIdentity = { identity: SignedIdentity; owner: string };

/**
 * Cache of verified identities. The key is the text of a cookie's value or of a bearer token. A browser sends the
 * same cookie with every message, and decoding and verifying it takes 0.2 ms of processor time (measured).
 */
const verifiedIdentities = singleton(
	"verified-identities",
	() => new Map<string, VerifiedIdentity & { expiresAtMs: number; secret: string | undefined }>(),
);
const MAX_VERIFIED = 10_000;
/**
 * Longest text (in characters) of a cookie or token whose verified identity is cached, so that the cache holds at
 * most 20 MB; our own texts have about 400 characters.
 */
const MAX_CACHED_LENGTH = 1_000;

/**
 * Verifies the identity in a cookie's value or a bearer token. @param decode reads the token from the text. @returns
 * null when the token is forged, of another issuer or expired.
 */
async function verifyIdentity(
	text: string,
	decode: () => Promise<string | null>,
): Promise<VerifiedIdentity | null> {
	const known = verifiedIdentities.get(text);
	if (known && known.expiresAtMs > Date.now() && known.secret === env().APP_SECRET) return known;
	verifiedIdentities.delete(text);
	const token = await decode();
	const verified = token === null ? null : await readCustomerToken(token);
	if (!verified) return null;
	const identity = Object.freeze(verified.identity);
	const entry = { ...verified, identity, owner: nameOwner(identity), secret: env().APP_SECRET };
	if (text.length <= MAX_CACHED_LENGTH) {
		const [oldest] = verifiedIdentities.size >= MAX_VERIFIED ? verifiedIdentities.keys() : [];
		if (oldest !== undefined) verifiedIdentities.delete(oldest);
		verifiedIdentities.set(text, entry);
	}
	return entry;
}

/** The identity in a browser's cookie, and whether it was revoked. */
type PresentedIdentity = VerifiedIdentity & { revocation: Revocation | null };

async function readCookie(request: WithHeaders): Promise<PresentedIdentity | null> {
	const verified = await readCookieIdentity(request);
	return verified && { ...verified, revocation: await findRevocation(verified.identity.visitorId) };
}

/** The identity in a browser's cookie, which may have been revoked. */
async function readCookieIdentity({ headers }: WithHeaders): Promise<VerifiedIdentity | null> {
	const header = headers.get("Cookie");
	const value = header && findCookieValue(header);
	if (!value) return null;
	return verifyIdentity(value, async () => {
		const token: unknown = await identityCookie().parse(header);
		return typeof token === "string" ? token : null;
	});
}

/** The encoded value of the identity cookie in a Cookie header; the verified identity is cached under this value. */
function findCookieValue(header: string): string | undefined {
	const prefix = `${cookieName()}=`;
	const pair = header.split(";").find((part) => part.trimStart().startsWith(prefix));
	return pair?.trimStart().slice(prefix.length);
}

/**
 * The identity of a browser by its cookie; visitor id and customer id are null without a cookie or with a revoked
 * one.
 */
export async function getCustomerIdentity(
	request: WithHeaders,
): Promise<{ visitorId: string | null; customerId: string | null }> {
	const presented = await readCookie(request);
	if (!presented || presented.revocation) return { visitorId: null, customerId: null };
	return presented.identity;
}

/**
 * The identity of a browser, for pages; a browser without an identity gets a new visitor id.
 * @returns the identity and its Set-Cookie value (null when the browser already has the cookie, or another response
 * is about to set another cookie).
 */
export async function ensureCustomerIdentity(
	request: WithHeaders,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	return identityFor(await readCookie(request));
}

async function identityFor(presented: PresentedIdentity | null) {
	if (presented && !presented.revocation) return { identity: presented.identity, setCookie: null };
	const identity = { visitorId: randomUUID(), customerId: null };
	const isInTransit = presented?.revocation && Date.now() - +presented.revocation.revokedAt < IN_TRANSIT_MS;
	return { identity, setCookie: isInTransit ? null : await serializeIdentityCookie(identity) };
}

/**
 * The identity of a browser that sends a form. A form with a revoked cookie is refused, so that its text stays on the
 * page: a message under a new visitor id would be lost to its author.
 * @param owner the owner that the form contains.
 * @throws Unauthorised for a revoked cookie; Forbidden for a form of another owner's page.
 */
export async function requireFormIdentity(
	request: WithHeaders,
	owner: string | undefined,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	const presented = await readCookie(request);
	if (presented?.revocation) throw new Unauthorised(REVOKED_IDENTITY_MESSAGE);
	checkOwner(presented, owner);
	return identityFor(presented);
}

/** @throws Forbidden for a form of another owner's page. */
function checkOwner(verified: VerifiedIdentity | null, named: string | undefined): void {
	if (verified && named && named !== verified.owner) requireCustomerOwner(named, verified.identity);
}

/**
 * The identity of a browser that sends a message. It does not check whether the identity is revoked, because the
 * statement that writes the message checks that.
 * @throws Forbidden for a form of another owner's page.
 */
export async function readPostIdentity(
	request: WithHeaders,
	owner: string | undefined,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	const verified = await readCookieIdentity(request);
	checkOwner(verified, owner);
	return identityFor(verified && { ...verified, revocation: null });
}

/**
 * Signs the browser in as a customer whose identity was verified. The browser gets a new visitor id, so that copies
 * of the old cookie are invalid. A guest's open session moves to the customer; a session of another customer does not
 * move. If the browser is already signed in as this customer, only the cookie is renewed.
 * @param customerId the id of a customer that exists in the database. @returns the Set-Cookie value.
 */
export async function signInCustomer(request: WithHeaders, customerId: string): Promise<string> {
	const presented = await readCookie(request);
	const before = presented?.identity ?? null;
	if (before?.customerId === customerId && !presented?.revocation) return serializeIdentityCookie(before);
	const visitorId = randomUUID();
	const { isSamePerson } = await signInVisitor({ before, visitorId, customerId });
	return serializeIdentityCookie({
		visitorId,
		customerId,
		...(before && isSamePerson ? { formerOwner: nameOwner(before) } : {}),
	});
}

/**
 * Signs the browser out. The token in the browser's cookie is revoked, so that every copy of the cookie is refused.
 * @returns the Set-Cookie value.
 */
export async function signOutCustomer(request: WithHeaders): Promise<string> {
	const presented = await readCookie(request);
	if (presented && !presented.revocation) await signOutVisitor(presented.identity);
	return identityCookie().serialize("", { maxAge: 0 });
}

/** The identity of a bearer token. @throws Unauthorised when the token is forged, expired or revoked. */
export async function requireTokenIdentity(token: string): Promise<SignedIdentity> {
	const verified = await verifyIdentity(token, async () => token);
	if (!verified || (await findRevocation(verified.identity.visitorId)))
		throw new Unauthorised("The token is not valid or has expired.");
	return verified.identity;
}

/** Revokes a bearer token. @throws Unauthorised when the token is not valid. */
export async function revokeToken(token: string): Promise<void> {
	await signOutVisitor(await requireTokenIdentity(token));
}

async function serializeIdentityCookie(identity: SignedIdentity): Promise<string> {
	return identityCookie().serialize(await signCustomerToken(identity));
}
