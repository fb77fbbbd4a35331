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
 * better-auth's sign-in by email accepts only addresses of its own pattern, which refuses `a&b@` and every script but
 * Latin. Its username plugin accepts any text as the name: here it is the email address, in the column of emails.
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
		// Our own rate limit counts logins, shared by all processes.
		rateLimit: { enabled: false },
		advanced: {
			cookiePrefix: "mevi",
			// Otherwise cookies are Secure in production, and a phone on the local network could not sign in.
			useSecureCookies: publicUrl.startsWith("https://"),
			ipAddress: { disableIpTracking: true },
		},
		logger: { disabled: true },
	});
});
