import { eq } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { settings } from "#db/schema.ts";
import { RETURN_DAYS } from "./order-rules.ts";

/** What the owner has set under that key, or null; the reader checks its shape. */
export async function getSetting(key: string, executor: Pick<typeof db, "select"> = db): Promise<unknown> {
	const [row] = await executor.select({ value: settings.value }).from(settings).where(eq(settings.key, key));
	return row?.value ?? null;
}

/** Days after delivery in which a return may be asked for: the setting `return_days`, a whole number from 1. */
export async function getReturnDays(executor?: Pick<typeof db, "select">): Promise<number> {
	const days = await getSetting("return_days", executor);
	return typeof days === "number" && Number.isInteger(days) && days > 0 ? days : RETURN_DAYS;
}
