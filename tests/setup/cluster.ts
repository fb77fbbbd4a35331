import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { openEmbeddedDatabase } from "#embedded-postgres/index.ts";

declare module "vitest" {
	export interface ProvidedContext {
		/** URL of the temporary cluster's default database. */
		clusterUrl: string;
	}
}

/** The migrated database of which every test file gets a copy. */
export const TEMPLATE = "mevi_template";

/**
 * Starts a temporary Postgres for the whole run. Its keeper process stops and deletes it when this process ends in any
 * way.
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

/** The same server, another database. */
export function databaseUrl(clusterUrl: string, name: string): string {
	const url = new URL(clusterUrl);
	url.pathname = `/${name}`;
	return url.href;
}
