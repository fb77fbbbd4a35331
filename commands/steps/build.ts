import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type DirectoryClaim, tryClaimDirectory } from "#embedded-postgres/index.ts";
import { spawnNode, waitForExit } from "./child.ts";
import { CommandError } from "./command.ts";
import { ROOT } from "./root.ts";

/** The files and folders from which the app is built. */
const BUILD_INPUTS = [
	"app",
	"db",
	"demo",
	"public",
	"package.json",
	"package-lock.json",
	"remix.config.js",
	"vite.config.ts",
	"tsconfig.json",
];
/** Matches files in the input folders that do not affect the build. */
const EXCLUDED_FILES = /\.test\.tsx?$|\.md$|^demo\/seed|^db\/migrations\/.*\.sql$/;

const BUILD_FOLDER = join(ROOT, "build");
const BUILD_INPUTS_HASH_FILE = join(BUILD_FOLDER, "inputs.sha256");
/** The folder of the lock for building is outside the build's folder, because Remix empties the latter. */
const CLAIM_FOLDER = join(ROOT, "node_modules/.cache/mevi-chat/build");
const REMIX_CLI = join(ROOT, "node_modules/@remix-run/dev/dist/cli.js");
const RETRY_DELAY_MS = 100;

/** The file of the build that remix-serve runs. */
export const SERVER_BUILD = join(BUILD_FOLDER, "server/index.js");

/** Whether a build exists; it may be a build of older sources. */
export function hasBuild(): boolean {
	return existsSync(SERVER_BUILD);
}

/**
 * Builds the app unless the existing build was made from the present sources. When several processes start together,
 * only one of them builds.
 * @param signal stops the build.
 * @returns whether this process built.
 * @throws CommandError after printing the build's output, when the build fails.
 */
export async function ensureBuild(signal?: AbortSignal): Promise<boolean> {
	for (;;) {
		const inputs = hashInputs();
		if (hasBuild() && readStamp() === inputs) return false;
		const claim = claimBuild();
		if (claim === null) {
			signal?.throwIfAborted();
			await delay(RETRY_DELAY_MS * (0.5 + Math.random()));
			continue;
		}
		try {
			rmSync(BUILD_INPUTS_HASH_FILE, { force: true });
			await runBuild(signal);
			writeFileSync(BUILD_INPUTS_HASH_FILE, inputs);
			return true;
		} finally {
			claim.release();
		}
	}
}

function claimBuild(): DirectoryClaim | null {
	try {
		return tryClaimDirectory(CLAIM_FOLDER);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new CommandError(
			`The app must be built, and its folder ${ROOT} cannot be written (${code}); give this user the right to.`,
		);
	}
}

async function runBuild(signal?: AbortSignal): Promise<void> {
	const child = spawnNode(REMIX_CLI, ["vite:build"], { env: { NODE_ENV: "production" }, output: "pipe" });
	const output: Buffer[] = [];
	for (const stream of [child.stdout, child.stderr])
		stream?.on("data", (chunk: Buffer) => output.push(chunk));
	const stop = () => child.kill("SIGKILL");
	signal?.addEventListener("abort", stop, { once: true });
	const { fault } = await waitForExit(child);
	signal?.removeEventListener("abort", stop);
	signal?.throwIfAborted();
	if (fault === null) return;
	process.stderr.write(Buffer.concat(output));
	throw new CommandError(`The build failed (${fault}); its output is above.`);
}

function readStamp(): string | null {
	return existsSync(BUILD_INPUTS_HASH_FILE) ? readFileSync(BUILD_INPUTS_HASH_FILE, "utf8") : null;
}

/** SHA-256 hash of the paths and contents of all files from which the app is built, in a fixed order. */
function hashInputs(): string {
	const hash = createHash("sha256");
	for (const file of BUILD_INPUTS.flatMap((input) => listFiles(join(ROOT, input)))) {
		const path = relative(ROOT, file);
		if (EXCLUDED_FILES.test(path)) continue;
		const content = readFileSync(file);
		hash.update(`${path}\0${content.length}\0`).update(content);
	}
	return hash.digest("hex");
}

function listFiles(path: string): string[] {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path)
		.sort()
		.flatMap((name) => listFiles(join(path, name)));
}
