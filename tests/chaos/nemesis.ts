import { setTimeout as delay } from "node:timers/promises";
import type { BusServer } from "./bus-server.ts";
import type { Fleet } from "./fleet.ts";
import type { NotificationProxy } from "./notification-proxy.ts";
import type { ChaosPostgres } from "./postgres.ts";
import type { Random } from "./random.ts";
import type { Connection } from "./readers/connection.ts";

/** A fault that has happened, and its times. At `endedAt` all servers work again. */
export type FaultRecord = { name: string; startedAt: number; endedAt: number };

export type Fault = { name: string; run: () => Promise<void> };

/** The processes and connections that the faults disturb. */
export type FaultTargets = {
	fleet: Fleet;
	postgres: ChaosPostgres;
	notifications: NotificationProxy;
	busServer: BusServer | null;
	lines: Connection[];
	random: Random;
};

const LISTENER_NAME_PATTERN = "mevi-chat listener%";

/** All kinds of faults; the order in the list has no meaning. */
export function listAllFaults(victims: FaultTargets): Fault[] {
	const { fleet, postgres, random } = victims;
	const anyone = () => random.between(0, fleet.urls.length - 1);
	return [
		...listShortFaults(victims),
		{ name: "Postgres crashes and is down for 8 s", run: () => postgres.crash(8_000) },
		{ name: "Postgres stands still for 20 s (SIGSTOP)", run: () => postgres.freeze(20_000) },
		{ name: "a server process stands still for 6 s (SIGSTOP)", run: () => fleet.freeze(anyone(), 6_000) },
		{ name: "half of the readers take nothing for 6 s", run: () => pauseHalfOfReaders(victims, 6_000) },
		{
			name: "two processes are killed with -9 at once",
			async run() {
				const [first = 0, second = 1] = random.shuffled(fleet.urls.map((_, index) => index));
				await Promise.all([fleet.kill(first, 500), fleet.kill(second, 1_000)]);
			},
		},
		{
			name: "listener's backend terminated, five times in 5 s",
			async run() {
				for (let times = 0; times < 5; times += 1) {
					await postgres.terminate(LISTENER_NAME_PATTERN);
					await delay(1_000);
				}
			},
		},
		{ name: "every other database connection terminated", run: () => terminateWriters(postgres) },
		...listNotificationFaults(victims),
	];
}

/** The few kinds of faults for the short run. */
export function listShortFaults({ fleet, postgres, lines, random }: FaultTargets): Fault[] {
	return [
		{
			name: "a server process is killed with -9",
			run: () => fleet.kill(random.between(0, fleet.urls.length - 1), 500),
		},
		{
			name: "listener's backend terminated",
			run: async () => void (await postgres.terminate(LISTENER_NAME_PATTERN)),
		},
		{
			name: "half of the readers cut in the middle of a frame",
			async run() {
				for (const connection of random.shuffled(lines).slice(lines.length >> 1)) connection.cut();
				await delay(1_000);
			},
		},
		{
			name: "rolling restart by SIGTERM",
			async run() {
				for (let index = 0; index < fleet.urls.length; index += 1) {
					const code = await fleet.restart(index);
					if (code !== 0) fleet.surprises.push(`process ${index} answered SIGTERM with ${code}`);
				}
			},
		},
	];
}

/** The last fault of every run: the wake-ups of the last messages are lost, and no later message reveals them. */
export async function loseLastWakeUps(victims: FaultTargets, endWriting: () => Promise<void>): Promise<void> {
	const { busServer, notifications } = victims;
	if (busServer) {
		let isWriting = true;
		const frozen = busServer.freeze(3_000).then(async () => {
			while (isWriting) await delay(50);
		});
		await delay(2_000);
		await endWriting();
		isWriting = false;
		await frozen;
		return;
	}
	notifications.disturb({ lost: 1, doubled: 0 });
	await delay(1_000);
	await endWriting();
	// The notifications are lost without breaking a connection, because a listener that reconnects causes a head check,
	// which would deliver the last messages.
	await delay(1_000);
	notifications.disturb({ lost: 0, doubled: 0 });
}

function listNotificationFaults({ notifications, busServer }: FaultTargets): Fault[] {
	if (busServer) {
		return [
			{ name: "the bus server is killed with -9 and down for 5 s", run: () => busServer.crash(5_000) },
			{ name: "the bus server stands still for 8 s (SIGSTOP)", run: () => busServer.freeze(8_000) },
		];
	}
	return [
		{
			name: "a third of the wake-ups lost, a third duplicated, for 6 s",
			async run() {
				notifications.disturb({ lost: 0.33, doubled: 0.33 });
				await delay(6_000);
				notifications.disturb({ lost: 0, doubled: 0 });
			},
		},
	];
}

async function pauseHalfOfReaders({ lines, random }: FaultTargets, forMs: number): Promise<void> {
	const paused = random.shuffled(lines).slice(lines.length >> 1);
	for (const connection of paused) connection.pause();
	await delay(forMs);
	for (const connection of paused) connection.resume();
}

async function terminateWriters(postgres: ChaosPostgres): Promise<void> {
	await postgres.runStatement(
		(sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid() and pid % 2 = 0`,
	);
}
