import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { apiKeys } from "#db/schema.ts";

const PREFIX = "mevi_";

/** Makes a key for a program. The key is returned this once; only its SHA-256 is kept. */
export async function createApiKey({ name }: { name: string }): Promise<{ key: string }> {
	const key = PREFIX + randomBytes(32).toString("base64url");
	await db.insert(apiKeys).values({ name, keyHash: hash(key) });
	return { key };
}

/** Whether a bearer token looks like an API key of ours rather than a customer's token. */
export const isApiKey = (token: string): boolean => token.startsWith(PREFIX);

/** The key's id and name, or null when it is unknown or revoked. */
export async function getApiKey(key: string): Promise<{ id: string; name: string } | null> {
	const [row] = await db
		.update(apiKeys)
		.set({ lastUsedAt: sql`now()` })
		.where(and(eq(apiKeys.keyHash, hash(key)), isNull(apiKeys.revokedAt)))
		.returning({ id: apiKeys.id, name: apiKeys.name });
	return row ?? null;
}

/** A key has 256 random bits, so a plain digest is enough: there is nothing to guess that salt would slow. */
function hash(key: string): string {
	return createHash("sha256").update(key).digest("hex");
}
