import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "#tests/setup/server-process.ts";
import { trackProcess } from "./bounded.ts";

/** The broker (Redis or NATS) of one run. */
export type BusServer = {
	url: string;
	crash(downMs: number): Promise<void>;
	freeze(forMs: number): Promise<void>;
	stop(): Promise<void>;
};

const PROGRAMS = {
	redis: { name: "redis-server", args: (port: number) => redisArgs(port) },
	nats: { name: "nats-server", args: (port: number) => ["-a", "127.0.0.1", "-p", String(port)] },
};

function redisArgs(port: number): string[] {
	return ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
}

/** Starts the broker. @returns null when the broker's program is not installed. */
export async function startBusServer(kind: "redis" | "nats"): Promise<BusServer | null> {
	const { name, args } = PROGRAMS[kind];
	if (spawnSync(name, ["--version"], { stdio: "ignore" }).status !== 0) return null;
	const port = await freePort();
	let child = await launchBroker(name, args(port), port);
	return {
		url: `${kind}://127.0.0.1:${port}`,
		async crash(downMs) {
			await stopProcess(child);
			await delay(downMs);
			child = await launchBroker(name, args(port), port);
		},
		async freeze(forMs) {
			child.kill("SIGSTOP");
			await delay(forMs);
			child.kill("SIGCONT");
		},
		stop: () => stopProcess(child),
	};
}

async function launchBroker(name: string, args: string[], port: number): Promise<ChildProcess> {
	const child = trackProcess(spawn(name, args, { stdio: "ignore", cwd: "/tmp" }));
	for (let tries = 0; tries < 200; tries += 1) {
		if (await isOpen(port)) return child;
		await delay(50);
	}
	throw new Error(`${name} did not start.`);
}

function isOpen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}

async function stopProcess(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once("exit", resolve));
	child.kill("SIGKILL");
	await gone;
}
