import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { openEmbeddedDatabase } from "#embedded-postgres/index.ts";

declare module "vitest" {
	export interface ProvidedContext {
		/** URL of the default database of the temporary Postgres server. */
		clusterUrl: string;
	}
}

/** Name of the migrated database. Every test file gets a copy of it. */
export const TEMPLATE = "mevi_template";

/**
 * Starts a temporary Postgres server for the whole test run. Its keeper process stops and deletes the server when this
 * process ends in any way.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-test-"));
	const cluster = await openEmbeddedDatabase({ dataDir, role: "guest", isThrowaway: true });
	const admin = postgres(cluster.url, { max: 1, onnotice: () => {} });
	await admin.unsafe(`create database ${TEMPLATE}`);
	await migrate(databaseUrl(cluster.url, TEMPLATE));
	await admin.end();
	project.provide("clusterUrl", cluster.url);
	return () => cluster.close();
}

/** The URL of another database on the server. */
export function databaseUrl(clusterUrl: string, name: string): string {
	const url = new URL(clusterUrl);
	url.pathname = `/${name}`;
	return url.href;
}
