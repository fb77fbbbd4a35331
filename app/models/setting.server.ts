import { eq } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { settings } from "#db/schema.ts";

/** What the owner has set under that key, or null; the reader checks its shape. */
export async function getSetting(key: string): Promise<unknown> {
	const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, key));
	return row?.value ?? null;
}
