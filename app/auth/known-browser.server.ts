import { randomUUID } from "node:crypto";
import { createCookie } from "@remix-run/node";
import { errors, jwtVerify, SignJWT } from "jose";
import { env } from "#app/env.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { appSecret } from "./token.server.ts";

/**
 * The cookie of a browser in which an agent has signed in before. Login attempts with it are counted apart from those of
 * strangers, so that an attack does not lock the agent out. Source: OWASP, "Slow Down Online Guessing Attacks with
 * Device Cookies". The cookie is no login: it only gives its own few attempts, and the password is always needed.
 */

const JWT_ALGORITHM = "HS256";
const AUDIENCE = "mevi-known-browser";
const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** Characters of the account's hash in the cookie's name, so that a shared browser can be known to several agents. */
const ACCOUNT_CHARACTERS_IN_NAME = 16;

function knownBrowserCookie(account: string) {
	return createCookie(`mevi_known_${account.slice(0, ACCOUNT_CHARACTERS_IN_NAME)}`, {
		httpOnly: true,
		sameSite: "lax",
		// The login page's data requests have the path /admin/login.data.
		path: "/admin",
		maxAge: YEAR_SECONDS,
		secure: env().PUBLIC_URL?.startsWith("https://") ?? false,
	});
}

/**
 * Makes a cookie that marks a browser as known to an account; called after a successful sign-in.
 * @param account the hash of the account's email address.
 * @returns the value of a Set-Cookie header.
 */
export async function makeKnownBrowserCookie(account: string): Promise<string> {
	const token = await new SignJWT({})
		.setProtectedHeader({ alg: JWT_ALGORITHM })
		.setAudience(AUDIENCE)
		.setSubject(account)
		.setJti(randomUUID())
		.setIssuedAt()
		.setExpirationTime(`${YEAR_SECONDS}s`)
		.sign(appSecret());
	return knownBrowserCookie(account).serialize(token);
}

/**
 * The id of a browser's cookie for an account, under which its failed attempts are counted. Null when the browser has no
 * valid cookie for this account.
 */
export async function readKnownBrowserId({ headers }: WithHeaders, account: string): Promise<string | null> {
	const token: unknown = await knownBrowserCookie(account).parse(headers.get("Cookie"));
	if (typeof token !== "string") return null;
	try {
		const { payload } = await jwtVerify(token, appSecret(), {
			algorithms: [JWT_ALGORITHM],
			audience: AUDIENCE,
			subject: account,
			requiredClaims: ["exp", "jti"],
		});
		return typeof payload.jti === "string" ? payload.jti : null;
	} catch (error) {
		if (error instanceof errors.JOSEError) return null;
		throw error;
	}
}
