import { jwtVerify, SignJWT } from "jose";
import { env } from "#app/env.server.ts";
import { Unauthorised } from "#app/models/errors.ts";

/**
 * The shop's customer identity: a JWT (HS256, CUSTOMER_IDENTITY_SECRET) whose `sub` is the customer's id. The shop's
 * server signs it; this module verifies it.
 */

const JWT_ALGORITHM = "HS256";

/** Format of a customer's id: up to 255 characters, without control characters and unpaired surrogates. */
const CUSTOMER_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Longest validity of an identity token, so that a leaked token expires. */
const MAX_LIFETIME_SECONDS = 30 * 24 * 60 * 60;
/** Largest difference between the clocks of the shop and this server. */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * Signs an identity token as the shop does; for the demo shop and `npm run customer:token`. The token is valid for an
 * hour.
 */
export async function signIdentity(customerId: string): Promise<string> {
	const secret = identitySecret();
	if (!secret) throw new Error("CUSTOMER_IDENTITY_SECRET is not set, so no customer can be identified.");
	return new SignJWT({})
		.setProtectedHeader({ alg: JWT_ALGORITHM })
		.setSubject(customerId)
		.setIssuedAt()
		.setExpirationTime("1h")
		.sign(secret);
}

/**
 * Verifies an identity token that the shop signed. @returns the customer's id.
 * @throws Unauthorised when it is forged, expired, without expiry or valid for more than 30 days from now, when `iat` or
 * `nbf` is in the future, when `sub` is not text of 1 to 255 characters, or when no secret is configured.
 */
export async function readIdentity(token: string): Promise<string> {
	const secret = identitySecret();
	if (!secret) throw new Unauthorised("This store has not set up customer identities.");
	try {
		const { payload } = await jwtVerify(token, secret, {
			algorithms: [JWT_ALGORITHM],
			requiredClaims: ["exp", "sub"],
			clockTolerance: CLOCK_TOLERANCE_SECONDS,
		});
		const { sub, exp = 0, iat } = payload;
		const latest = Math.floor(Date.now() / 1_000) + CLOCK_TOLERANCE_SECONDS;
		const isAcceptable = exp <= latest + MAX_LIFETIME_SECONDS && (iat === undefined || iat <= latest);
		// The claims of a JWT can have any type, although the library declares their types.
		if (isAcceptable && typeof sub === "string" && CUSTOMER_ID.test(sub)) return sub;
	} catch {
		// Every failed verification gets the same error, so that the error reveals nothing.
	}
	throw new Unauthorised("The customer identity is not valid or has expired.");
}

function identitySecret(): Uint8Array | null {
	const secret = env().CUSTOMER_IDENTITY_SECRET;
	return secret ? new TextEncoder().encode(secret) : null;
}
