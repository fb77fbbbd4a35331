import { jwtVerify, SignJWT } from "jose";
import { env } from "#app/env.server.ts";
import { Unauthorised } from "#app/models/errors.ts";

/**
 * How the shop tells us who a customer is: a JWT, HS256 with CUSTOMER_IDENTITY_SECRET, whose `sub` is the
 * customer's id. The shop signs it on its server; we only check it.
 */

const ALGORITHM = "HS256";

/** What a customer's id may look like: up to 255 characters, none of them a control or half a character. */
const CUSTOMER_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** How far ahead an identity may expire, in seconds: a leaked one must not be good for ever. */
const MOST_LIFETIME_SECONDS = 30 * 24 * 60 * 60;
/** How far the clocks of the shop and of this server may differ, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** Signs an identity as the shop would; for the demo shop and `npm run customer:token`. Valid for an hour. */
export async function signIdentity(customerId: string): Promise<string> {
	const secret = identitySecret();
	if (!secret) throw new Error("CUSTOMER_IDENTITY_SECRET is not set, so no customer can be identified.");
	return new SignJWT({})
		.setProtectedHeader({ alg: ALGORITHM })
		.setSubject(customerId)
		.setIssuedAt()
		.setExpirationTime("1h")
		.sign(secret);
}

/**
 * The customer's id in an identity the shop signed.
 * @throws Unauthorised when it is forged, expired, without expiry or valid for more than 30 days from now, when it
 * claims to be of the future (`iat`, `nbf`), when its `sub` is no text of 1 to 255 characters, or when no secret is
 * configured.
 */
export async function readIdentity(token: string): Promise<string> {
	const secret = identitySecret();
	if (!secret) throw new Unauthorised("This store has not set up customer identities.");
	try {
		const { payload } = await jwtVerify(token, secret, {
			algorithms: [ALGORITHM],
			requiredClaims: ["exp", "sub"],
			clockTolerance: CLOCK_TOLERANCE_SECONDS,
		});
		const { sub, exp = 0, iat } = payload;
		const latest = Math.floor(Date.now() / 1_000) + CLOCK_TOLERANCE_SECONDS;
		const isSane = exp <= latest + MOST_LIFETIME_SECONDS && (iat === undefined || iat <= latest);
		// A JWT may carry anything in its claims, whatever their types here say.
		if (isSane && typeof sub === "string" && CUSTOMER_ID.test(sub)) return sub;
	} catch {
		// Told the same way whatever is wrong with it.
	}
	throw new Unauthorised("The customer identity is not valid or has expired.");
}

function identitySecret(): Uint8Array | null {
	const secret = env().CUSTOMER_IDENTITY_SECRET;
	return secret ? new TextEncoder().encode(secret) : null;
}
