import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "#db/driver.ts";
import { freePort } from "./optional-server.ts";

const NOBODY_UID = 65_534;
const READY_MS = 20_000;

/**
 * Folder of a Postgres with the extension pgvector: Debian's, or PGVECTOR_POSTGRES (a folder with `bin`); null when
 * there is none. The embedded Postgres does not have pgvector.
 */
export function findPgvectorPostgres(): string | null {
	const named = process.env.PGVECTOR_POSTGRES;
	if (named) return join(named, "bin");
	const root = "/usr/lib/postgresql";
	const versions = existsSync(root) ? readdirSync(root) : [];
	const found = versions.find((version) =>
		existsSync(`/usr/share/postgresql/${version}/extension/vector.control`),
	);
	return found ? join(root, found, "bin") : null;
}

/**
 * Starts a Postgres server with pgvector and no data.
 * @returns the URL of its superuser, and a function that stops and deletes the server.
 */
export async function startPgvectorServer(bin: string): Promise<{ url: string; end: () => Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), "mevi-pgvector-"));
	// Postgres refuses to run as root, so another user runs it.
	const account = process.getuid?.() === 0 ? { uid: NOBODY_UID, gid: NOBODY_UID } : {};
	if (account.uid !== undefined) chownSync(folder, NOBODY_UID, NOBODY_UID);
	const data = join(folder, "data");
	const setUp = ["-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
	execFileSync(join(bin, "initdb"), setUp, { stdio: "ignore", cwd: folder, ...account });
	const port = await freePort();
	const options = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-F"];
	const child = spawn(join(bin, "postgres"), options, { stdio: "ignore", cwd: folder, ...account });
	const kill = () => void child.kill("SIGKILL");
	process.once("exit", kill);
	const url = `postgres://admin@127.0.0.1:${port}/postgres`;
	await untilReady(url);
	return {
		url,
		async end() {
			const hasEnded = new Promise((resolve) => child.once("exit", resolve));
			child.kill("SIGINT");
			await hasEnded;
			process.off("exit", kill);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function untilReady(url: string): Promise<void> {
	const until = Date.now() + READY_MS;
	for (;;) {
		const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 1 });
		try {
			await client`select 1`;
			return;
		} catch (error) {
			if (Date.now() > until) throw error;
			await new Promise((resolve) => setTimeout(resolve, 50));
		} finally {
			await client.end({ timeout: 1 });
		}
	}
}
