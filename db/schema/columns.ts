import { customType, timestamp } from "drizzle-orm/pg-core";

/** Column types that several tables use. */

export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
export const timestampNowColumn = (name: string) =>
	timestamp(name, { withTimezone: true }).notNull().defaultNow();
export const timestampColumn = (name: string) => timestamp(name, { withTimezone: true });
