import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { apiKeys } from "#db/schema.ts";

const API_KEY_PREFIX = "mevi_";

/** Creates an API key for a program. Only this function returns the key; the database keeps its SHA-256. */
export async function createApiKey({ name }: { name: string }): Promise<{ key: string }> {
	const key = API_KEY_PREFIX + randomBytes(32).toString("base64url");
	await db.insert(apiKeys).values({ name, keyHash: hashApiKey(key) });
	return { key };
}

/** Whether a bearer token has the form of an API key. Customers' identity tokens have another form. */
export const isApiKey = (token: string): boolean => token.startsWith(API_KEY_PREFIX);

/** The id and name of an API key. Null when the key is unknown or revoked. */
export async function getApiKey(key: string): Promise<{ id: string; name: string } | null> {
	const [row] = await db
		.update(apiKeys)
		.set({ lastUsedAt: sql`now()` })
		.where(and(eq(apiKeys.keyHash, hashApiKey(key)), isNull(apiKeys.revokedAt)))
		.returning({ id: apiKeys.id, name: apiKeys.name });
	return row ?? null;
}

/** Hashes an API key with SHA-256 without a salt. The key has 256 random bits, so it cannot be guessed. */
function hashApiKey(key: string): string {
	return createHash("sha256").update(key).digest("hex");
}
