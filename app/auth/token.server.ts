import { jwtVerify, SignJWT } from "jose";
import { env } from "#app/env.server.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";

/** Ours are valid this long, as is the cookie that carries one. */
const LIFETIME = "365d";
const ALGORITHM = "HS256";

export type { CustomerIdentity };

/** What a token says. `formerOwner` names the guest who became this customer: see `nameOwner`. */
export type SignedIdentity = CustomerIdentity & { formerOwner?: string };

/** Signs an identity into a token (JWT, HS256 with APP_SECRET). The token acts as that customer. */
export async function signCustomerToken(identity: SignedIdentity): Promise<string> {
	return new SignJWT({
		vid: identity.visitorId,
		...(identity.customerId ? { cid: identity.customerId } : {}),
		...(identity.formerOwner ? { was: identity.formerOwner } : {}),
	})
		.setProtectedHeader({ alg: ALGORITHM })
		.setAudience("mevi-customer")
		.setIssuedAt()
		.setExpirationTime(LIFETIME)
		.sign(appSecret());
}

/**
 * Tokens found good, until when, and by which secret: the same browser sends the same one with every message,
 * and the signature takes 0.17 ms of CPU to check (measured).
 */
const checked = new Map<
	string,
	{ identity: SignedIdentity; expiresAtMs: number; secret: string | undefined }
>();
const MOST_CHECKED = 10_000;

/** A visitor id as we make them; anything else would end a query with an error. */
const VISITOR_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The identity in a token of ours, or null when it is forged, foreign or expired. Whether it has been revoked
 * since is known to the database alone: see `findRevocation`.
 */
export async function readCustomerToken(token: string): Promise<SignedIdentity | null> {
	const known = checked.get(token);
	if (known && known.expiresAtMs > Date.now() && known.secret === env().APP_SECRET)
		return { ...known.identity };
	checked.delete(token);
	try {
		const { payload } = await jwtVerify(token, appSecret(), {
			algorithms: [ALGORITHM],
			audience: "mevi-customer",
			requiredClaims: ["exp"],
		});
		if (typeof payload.vid !== "string" || !VISITOR_ID.test(payload.vid)) return null;
		const identity = {
			visitorId: payload.vid,
			customerId: typeof payload.cid === "string" ? payload.cid : null,
			...(typeof payload.was === "string" ? { formerOwner: payload.was } : {}),
		};
		const [oldest] = checked.size >= MOST_CHECKED ? checked.keys() : [];
		if (oldest !== undefined) checked.delete(oldest);
		checked.set(token, { identity, expiresAtMs: (payload.exp ?? 0) * 1_000, secret: env().APP_SECRET });
		return { ...identity };
	} catch {
		return null;
	}
}

function appSecret(): Uint8Array {
	const secret = env().APP_SECRET;
	if (!secret) throw new Error("APP_SECRET is not set; `npm start` makes one for the embedded database.");
	return new TextEncoder().encode(secret);
}
