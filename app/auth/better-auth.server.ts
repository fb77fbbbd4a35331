import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { username } from "better-auth/plugins/username";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { db } from "#db/client.server.ts";
import { credentials, logins, users, verifications } from "#db/schema.ts";

/** Longest email address in bytes (RFC 5321, 4.5.3.1). */
const LONGEST_EMAIL = 254;
const WEEK_SECONDS = 7 * 24 * 60 * 60;

/**
 * Configures better-auth so that agents sign in with any valid email address. better-auth's own sign-in by email
 * refuses addresses such as `a&b@…` and all scripts except Latin. Its username plugin accepts any text as the user
 * name, so the email address is used as the user name.
 */
function signInByAnyEmail() {
	const plugin = username({
		minUsernameLength: 1,
		maxUsernameLength: LONGEST_EMAIL,
		// The plugin does not change the user name, because the caller has already normalised the email address.
		usernameValidator: () => true,
		usernameNormalization: false,
		displayUsername: false,
	});
	// The column already has a unique index, so the plugin's field must not define another one.
	const alias = { type: "string", required: false, fieldName: "email" } as const;
	return { ...plugin, schema: { user: { fields: { username: alias } } } };
}

/**
 * better-auth, which stores agents' passwords and logins. Only its server API is called. Its HTTP handler is not
 * mounted, because strangers could sign up through it.
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
		// better-auth's rate limit is off, because our own rate limit counts logins for all processes together.
		rateLimit: { enabled: false },
		advanced: {
			cookiePrefix: "mevi",
			// Cookies are Secure only with https; otherwise a phone on the local network could not sign in.
			useSecureCookies: publicUrl.startsWith("https://"),
			ipAddress: { disableIpTracking: true },
		},
		logger: { disabled: true },
	});
});
