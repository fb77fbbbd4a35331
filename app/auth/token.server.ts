import { jwtVerify, SignJWT } from "jose";
import { env } from "#app/env.server.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";

/** Validity of our tokens and of the cookie that contains one. */
const TOKEN_LIFETIME = "365d";
const JWT_ALGORITHM = "HS256";

export type { CustomerIdentity };

/**
 * The content of a customer token. `formerOwner` is the owner name of the guest who became this customer: see
 * `nameOwner`.
 */
export type SignedIdentity = CustomerIdentity & { formerOwner?: string };

/** Signs an identity into a token (JWT, HS256 with APP_SECRET). Anybody with the token can act as that customer. */
export async function signCustomerToken(identity: SignedIdentity): Promise<string> {
	return new SignJWT({
		vid: identity.visitorId,
		...(identity.customerId ? { cid: identity.customerId } : {}),
		...(identity.formerOwner ? { was: identity.formerOwner } : {}),
	})
		.setProtectedHeader({ alg: JWT_ALGORITHM })
		.setAudience("mevi-customer")
		.setIssuedAt()
		.setExpirationTime(TOKEN_LIFETIME)
		.sign(appSecret());
}

/** Format of a visitor id; other text would cause a database error. */
const VISITOR_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Verifies a customer token.
 * @returns the token's identity and when the token expires, or null when it is forged, of another issuer or expired.
 * Only the database knows whether the token was revoked: see `findRevocation`.
 */
export async function readCustomerToken(
	token: string,
): Promise<{ identity: SignedIdentity; expiresAtMs: number } | null> {
	try {
		const { payload } = await jwtVerify(token, appSecret(), {
			algorithms: [JWT_ALGORITHM],
			audience: "mevi-customer",
			requiredClaims: ["exp"],
		});
		if (typeof payload.vid !== "string" || !VISITOR_ID.test(payload.vid)) return null;
		const identity = {
			visitorId: payload.vid,
			customerId: typeof payload.cid === "string" ? payload.cid : null,
			...(typeof payload.was === "string" ? { formerOwner: payload.was } : {}),
		};
		return { identity, expiresAtMs: (payload.exp ?? 0) * 1_000 };
	} catch {
		return null;
	}
}

/** The key that signs our tokens. @throws Error when APP_SECRET is not set. */
export function appSecret(): Uint8Array {
	const secret = env().APP_SECRET;
	if (!secret) throw new Error("APP_SECRET is not set; `npm start` makes one for the embedded database.");
	return new TextEncoder().encode(secret);
}
