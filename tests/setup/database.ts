import { randomBytes } from "node:crypto";
import { afterAll, inject } from "vitest";
import { setEnv } from "#app/env.server.ts";
import postgres from "#db/driver.ts";
import { databaseUrl, TEMPLATE } from "./cluster.ts";

/**
 * Creates a database for each test file, a copy of the migrated template, before the file imports the app. A
 * developer's .env must not affect the tests, so every environment variable that changes the app's behaviour is set
 * here.
 */
const clusterUrl = inject("clusterUrl");
const name = `test_${randomBytes(6).toString("hex")}`;
const admin = postgres(clusterUrl, { max: 1, onnotice: () => {} });
await admin.unsafe(`create database ${name} template ${TEMPLATE}`);

setEnv({
	NODE_ENV: "test",
	DATABASE_URL: databaseUrl(clusterUrl, name),
	LISTEN_DATABASE_URL: "",
	PUBLIC_URL: "",
	APP_SECRET: randomBytes(32).toString("hex"),
	CUSTOMER_IDENTITY_SECRET: randomBytes(32).toString("hex"),
	OPENAI_API_KEY: "",
	OPENAI_BASE_URL: "",
	SMTP_URL: "",
	RATE_LIMITS: "on",
	ASSISTANT: "on",
	MEVI_EMBEDDED: "",
});

afterAll(async () => {
	const { closeDatabase } = await import("#db/client.server.ts");
	await closeDatabase();
	await admin.unsafe(`drop database if exists ${name} with (force)`);
	await admin.end();
});
