import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { username } from "better-auth/plugins/username";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";
import { credentials, logins, users, verifications } from "#db/schema.ts";

/** RFC 5321, 4.5.3.1, in octets. */
const LONGEST_EMAIL = 254;
const WEEK_SECONDS = 7 * 24 * 60 * 60;

/**
 * better-auth's sign-in by email accepts only the addresses of a pattern of its own, which refuses `a&b@` and every
 * script but Latin. Its username plugin signs in by any text: here that text is the email address, in its column.
 */
function signInByAnyEmail() {
	const plugin = username({
		minUsernameLength: 1,
		maxUsernameLength: LONGEST_EMAIL,
		// The caller has brought it into its canonical form.
		usernameValidator: () => true,
		usernameNormalization: false,
		displayUsername: false,
	});
	// The column has its unique index already, so the alias must not name another one.
	const alias = { type: "string", required: false, fieldName: "email" } as const;
	return { ...plugin, schema: { user: { fields: { username: alias } } } };
}

/**
 * Agents' passwords and logins, kept by better-auth. Only its server API is called: its own HTTP handler is
 * not mounted, because that would let strangers sign up.
 */
export const auth = singleton("better-auth", () => {
	const publicUrl = env().PUBLIC_URL ?? `http://localhost:${env().PORT}`;
	return betterAuth({
		baseURL: publicUrl,
		secret: env().APP_SECRET,
		database: drizzleAdapter(db, { provider: "pg", schema: { users, logins, credentials, verifications } }),
		telemetry: { enabled: false },
		plugins: [signInByAnyEmail()],
		emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 256 },
		user: { modelName: "users" },
		session: { modelName: "logins", expiresIn: WEEK_SECONDS, updateAge: WEEK_SECONDS / 7 },
		account: { modelName: "credentials" },
		verification: { modelName: "verifications" },
		// Logins are limited by our own counter, which all processes share.
		rateLimit: { enabled: false },
		advanced: {
			cookiePrefix: "mevi",
			// In production it would otherwise mark cookies Secure, and a phone on the LAN could not sign in.
			useSecureCookies: publicUrl.startsWith("https://"),
			ipAddress: { disableIpTracking: true },
		},
		logger: { disabled: true },
	});
});
