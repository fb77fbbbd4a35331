import { boolean, index, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { timestampColumn, timestampNowColumn } from "./columns.ts";

/** The four tables of better-auth under our own names: its "session" is called a login here. */
export const users = pgTable("users", {
	id: text("id").primaryKey(),
	name: text("name").notNull(),
	email: text("email").notNull().unique(),
	emailVerified: boolean("email_verified").notNull().default(false),
	image: text("image"),
	createdAt: timestampNowColumn("created_at"),
	updatedAt: timestampNowColumn("updated_at"),
});

export const logins = pgTable(
	"logins",
	{
		id: text("id").primaryKey(),
		userId: text("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		token: text("token").notNull().unique(),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		ipAddress: text("ip_address"),
		userAgent: text("user_agent"),
		createdAt: timestampNowColumn("created_at"),
		updatedAt: timestampNowColumn("updated_at"),
	},
	(t) => [index("logins_user").on(t.userId)],
);

export const credentials = pgTable(
	"credentials",
	{
		id: text("id").primaryKey(),
		userId: text("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		accountId: text("account_id").notNull(),
		providerId: text("provider_id").notNull(),
		accessToken: text("access_token"),
		refreshToken: text("refresh_token"),
		idToken: text("id_token"),
		accessTokenExpiresAt: timestampColumn("access_token_expires_at"),
		refreshTokenExpiresAt: timestampColumn("refresh_token_expires_at"),
		scope: text("scope"),
		password: text("password"),
		createdAt: timestampNowColumn("created_at"),
		updatedAt: timestampNowColumn("updated_at"),
	},
	(t) => [index("credentials_user").on(t.userId)],
);

export const verifications = pgTable(
	"verifications",
	{
		id: text("id").primaryKey(),
		identifier: text("identifier").notNull(),
		value: text("value").notNull(),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		createdAt: timestampNowColumn("created_at"),
		updatedAt: timestampNowColumn("updated_at"),
	},
	(t) => [index("verifications_identifier").on(t.identifier)],
);

export const chatAgents = pgTable("chat_agents", {
	id: uuid("id").primaryKey().defaultRandom(),
	userId: text("user_id")
		.notNull()
		.unique()
		.references(() => users.id, { onDelete: "cascade" }),
	isOnline: boolean("is_online").notNull().default(false),
	status: text("status", { enum: ["online", "away", "offline"] })
		.notNull()
		.default("offline"),
	currentSessions: integer("current_sessions").notNull().default(0),
	maxSessions: integer("max_sessions").notNull().default(8),
	specialties: jsonb("specialties").$type<string[]>().notNull().default([]),
	lastActiveAt: timestampColumn("last_active_at"),
	createdAt: timestampNowColumn("created_at"),
});

/**
 * Revoked visitor ids, whose browser has signed in or out. A token with a visitor id is valid for a year and is not
 * stored, so a copy of the token can only be refused because of this row. The row is kept as long as the token is
 * valid.
 */
export const revokedVisitors = pgTable(
	"revoked_visitors",
	{
		visitorId: uuid("visitor_id").primaryKey(),
		/** The customer that the visitor became by signing in; null after signing out. */
		customerId: text("customer_id"),
		revokedAt: timestampNowColumn("revoked_at"),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
	},
	(t) => [index("revoked_visitors_expires").on(t.expiresAt)],
);

export const apiKeys = pgTable("api_keys", {
	id: uuid("id").primaryKey().defaultRandom(),
	name: text("name").notNull(),
	/** SHA-256 of the API key in hex; the key itself is shown once to its creator and not stored. */
	keyHash: text("key_hash").notNull().unique(),
	createdAt: timestampNowColumn("created_at"),
	lastUsedAt: timestampColumn("last_used_at"),
	revokedAt: timestampColumn("revoked_at"),
});
