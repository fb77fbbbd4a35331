import { eq, inArray, sql } from "drizzle-orm";
import { log } from "#app/http/log.server.ts";
import { Invalid } from "#app/models/errors.ts";
import { db } from "#db/client.server.ts";
import { settings } from "#db/schema.ts";
import { parseSetting, SETTING_SCHEMAS, type SettingKey, type SettingValue } from "./shapes.ts";

/**
 * Reads a setting, with defaults for missing parts. It is read each time, so a change takes effect with the next
 * question. A stored value that does not match its schema is logged, and the default is used.
 * @param executor the caller's transaction, if any, so that no second connection is needed.
 */
export async function getSetting<Key extends SettingKey>(
	key: Key,
	executor: Pick<typeof db, "select"> = db,
): Promise<SettingValue<Key>> {
	return (await getSettings([key], executor))[key];
}

/** Reads several settings in one statement. */
export async function getSettings<Key extends SettingKey>(
	keys: readonly Key[],
	executor: Pick<typeof db, "select"> = db,
): Promise<{ [One in Key]: SettingValue<One> }> {
	const rows = await executor
		.select({ key: settings.key, value: settings.value })
		.from(settings)
		.where(inArray(settings.key, [...keys]));
	const stored = new Map(rows.map(({ key, value }) => [key, value]));
	const entries = keys.map((key) => {
		if (stored.has(key) && !SETTING_SCHEMAS[key].safeParse(stored.get(key)).success) {
			log.warn({ key }, "a setting does not match its schema; its defaults are used");
		}
		return [key, parseSetting(key, stored.get(key))];
	});
	return Object.fromEntries(entries);
}

/**
 * Stores a setting.
 * @throws Invalid with the field and the fault when the value does not match the setting's schema.
 */
export async function saveSetting(key: SettingKey, value: unknown): Promise<void> {
	const parsed = SETTING_SCHEMAS[key].safeParse(value);
	if (!parsed.success) {
		const problems: Record<string, string[]> = {};
		for (const { path, message } of parsed.error.issues) {
			const field = path.join(".") || key;
			problems[field] = [...(problems[field] ?? []), message];
		}
		throw new Invalid(problems);
	}
	await db
		.insert(settings)
		.values({ key, value })
		.onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: sql`now()` } });
}

/** Removes a stored setting, so that its default is used. */
export async function resetSetting(key: SettingKey): Promise<void> {
	await db.delete(settings).where(eq(settings.key, key));
}
