import { randomUUID } from "node:crypto";
import { createCookie } from "@remix-run/node";
import { env } from "#app/env.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { type CustomerIdentity, readCustomerToken, signCustomerToken } from "./token.server.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

function identityCookie() {
	return createCookie("mevi_customer", {
		httpOnly: true,
		sameSite: "lax",
		path: "/",
		maxAge: YEAR_SECONDS,
		// Only where the public address is https: a phone on the same network must be able to try it too.
		secure: env().PUBLIC_URL?.startsWith("https://") ?? false,
	});
}

/** Who the browser is, by its cookie; both null for a newcomer. */
export async function getCustomerIdentity(
	request: Request,
): Promise<{ visitorId: string | null; customerId: string | null }> {
	const token: unknown = await identityCookie().parse(request.headers.get("Cookie"));
	const identity = typeof token === "string" ? await readCustomerToken(token) : null;
	return identity ?? { visitorId: null, customerId: null };
}

/**
 * Who the browser is, made up now for a newcomer.
 * @returns the identity and the Set-Cookie value that keeps it (null when the browser has it already).
 */
export async function ensureCustomerIdentity(
	request: Request,
): Promise<{ identity: CustomerIdentity; setCookie: string | null }> {
	const { visitorId, customerId } = await getCustomerIdentity(request);
	if (visitorId) return { identity: { visitorId, customerId }, setCookie: null };
	const identity = { visitorId: randomUUID(), customerId: null };
	return { identity, setCookie: await serialize(identity) };
}

/**
 * Signs the browser in as a customer whose identity has been proved.
 * An anonymous visitor keeps the visitor id, so that the open conversation comes along; somebody who was
 * another customer gets a new one, and the old conversation stays with its customer.
 * @returns the Set-Cookie value.
 */
export async function signInCustomer(request: Request, customerId: string): Promise<string> {
	const before = await getCustomerIdentity(request);
	const staysSame = before.customerId === null || before.customerId === customerId;
	const visitorId = staysSame && before.visitorId ? before.visitorId : randomUUID();
	return serialize({ visitorId, customerId });
}

/** Makes the browser a newcomer again. @returns the Set-Cookie value. */
export async function signOutCustomer(_request: Request): Promise<string> {
	return identityCookie().serialize("", { maxAge: 0 });
}

/** Who a bearer token acts as. @throws Unauthorised */
export async function requireTokenIdentity(token: string): Promise<CustomerIdentity> {
	const identity = await readCustomerToken(token);
	if (!identity) throw new Unauthorised("The token is not valid or has expired.");
	return identity;
}

async function serialize(identity: CustomerIdentity): Promise<string> {
	return identityCookie().serialize(await signCustomerToken(identity));
}
