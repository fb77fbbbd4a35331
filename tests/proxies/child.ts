import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
/** Folders of Debian's servers, which are not in every user's PATH. */
const PROGRAM_FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].filter(
	Boolean,
);

/**
 * A shell script that runs a program and ends it when the shell's input closes, so that the program never outlives
 * the process that started it, even if that process is killed.
 */
const RUN_UNTIL_INPUT_CLOSES = '"$@" & child=$!; cat >/dev/null; kill $child; wait $child';

/** Searches a program by its name. @returns the program's path; null when the program is not installed. */
export function findProgram(name: string): string | null {
	for (const path of PROGRAM_FOLDERS.map((folder) => join(folder, name))) {
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {
			// An error means that the program is not in this folder.
		}
	}
	return null;
}

/**
 * Starts a server that stays in the foreground, and waits until it accepts connections on 127.0.0.1.
 * @returns a function that stops the server and resolves when it has ended.
 * @throws when the server does not listen within 10 s; the error's message contains the server's output.
 */
export async function startServer(options: {
	command: string[];
	port: number;
	env?: Record<string, string>;
}): Promise<() => Promise<void>> {
	const child = spawn("sh", ["-c", RUN_UNTIL_INPUT_CLOSES, "sh", ...options.command], {
		env: { ...process.env, ...options.env },
		stdio: ["pipe", "pipe", "pipe"],
	});
	let written = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (written += chunk));
	const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const stop = async () => {
		child.stdin.end();
		if (await Promise.race([gone.then(() => true), sleep(STOP_TIMEOUT_MS, false)])) return;
		throw new Error(`${options.command[0]} did not end within ${STOP_TIMEOUT_MS / 1_000} s.`);
	};
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await isListening(options.port))) {
		if (Date.now() > deadline) {
			await stop();
			throw new Error(`${options.command[0]} did not start. It wrote:\n${written}`);
		}
		await sleep(50);
	}
	return stop;
}

function isListening(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
