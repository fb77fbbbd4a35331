import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";
import { credentials, logins, users, verifications } from "#db/schema.ts";

const WEEK_SECONDS = 7 * 24 * 60 * 60;

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
