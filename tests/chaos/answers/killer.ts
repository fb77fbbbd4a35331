import { setTimeout as delay } from "node:timers/promises";
import type { Fleet } from "../fleet.ts";
import type { Random } from "../random.ts";
import type { Moment } from "./model.ts";

/** Kills one server process after the other, each at a chosen moment of an answer. */
export type Killer = {
	/** Called when an answer in a process reaches one of the moments. */
	meet(process: number, moment: Moment): void;
	/** Number of killed processes so far, by moment. */
	kills: Map<Moment, number>;
	/** Resolves when all planned kills are done and every process is ready again. */
	done: Promise<void>;
	/** Whether all planned kills are done. The simulated customers then finish their question and stop. */
	isOver(): boolean;
};

const DOWN_MS = 200;

/**
 * @param options.moments moments of an answer, used in turn; @param options.kills total number of processes to kill.
 */
export function startKiller(options: {
	fleet: Fleet;
	random: Random;
	moments: readonly Moment[];
	kills: number;
	until: number;
}): Killer {
	const { fleet, random, moments } = options;
	const kills = new Map<Moment, number>();
	let armed: Moment | null = null;
	let strike: ((process: number) => void) | null = null;
	let isOver = false;

	async function killAll() {
		for (let count = 0; count < options.kills && Date.now() < options.until; count += 1) {
			const moment = moments[count % moments.length] ?? "in mid-stream";
			// A random delay before the kill, so that any part of any answer can be interrupted.
			await delay(random.between(50, 600));
			const met = new Promise<number>((resolve) => {
				strike = resolve;
			});
			armed = moment;
			const process = await met;
			kills.set(moment, (kills.get(moment) ?? 0) + 1);
			await fleet.kill(process, DOWN_MS);
		}
		isOver = true;
	}

	return {
		meet(process, moment) {
			if (armed !== moment) return;
			armed = null;
			// The process is killed within a few milliseconds, while it reacts to this moment.
			const waitMs = moment === "in mid-stream" ? 0 : random.between(0, 12);
			setTimeout(() => strike?.(process), waitMs);
		},
		kills,
		done: killAll(),
		isOver: () => isOver,
	};
}
