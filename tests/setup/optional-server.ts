import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

/** Folders in which Debian installs server programs and that are not in a user's PATH. */
const SEARCH_FOLDERS = [
	...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
	"/usr/sbin",
	"/usr/local/sbin",
];

/** Finds the path of a server program, such as Redis; null when the program is not installed. */
export function findServer(name: string): string | null {
	for (const folder of SEARCH_FOLDERS) {
		try {
			accessSync(join(folder, name), constants.X_OK);
			return join(folder, name);
		} catch {
			// The server program is not in this folder; the next folder is tried.
		}
	}
	return null;
}

/** A server process, such as Redis, that a test stops, freezes and starts again on one port. */
export type OptionalServer = {
	port: number;
	start(): Promise<void>;
	/** Kills the server process, as in a crash. */
	kill(): Promise<void>;
	freeze(): void;
	thaw(): void;
};

const children = new Set<ChildProcess>();
// The server processes must not outlive the tests, however the tests end.
process.once("exit", () => {
	for (const child of children) child.kill("SIGKILL");
});

/**
 * Prepares a server process without starting it.
 * @param spec.args the program's arguments for the port.
 * @param spec.uid runs the program as that user, which only root can do.
 */
export async function prepareServer(spec: {
	program: string;
	args: (port: number) => string[];
	uid?: number;
}): Promise<OptionalServer> {
	const port = await freePort();
	let child: ChildProcess | undefined;
	return {
		port,
		async start() {
			const started = spawn(spec.program, spec.args(port), { stdio: "ignore", uid: spec.uid });
			child = started;
			children.add(started);
			started.once("exit", () => children.delete(started));
		},
		kill() {
			const ending = child;
			if (!ending || ending.exitCode !== null || ending.signalCode !== null) return Promise.resolve();
			return new Promise((resolve) => {
				ending.once("exit", () => resolve());
				ending.kill("SIGKILL");
			});
		},
		freeze: () => void child?.kill("SIGSTOP"),
		thaw: () => void child?.kill("SIGCONT"),
	};
}

/** Finds a TCP port that is free now. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
		});
	});
}
