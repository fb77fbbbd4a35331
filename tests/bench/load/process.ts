import type { Target } from "./client.ts";
import { createCrowd } from "./crowd.ts";
import { type ClosedLoop, type OpenLoop, runTraffic, type TrafficResult } from "./traffic.ts";

/** The load runs in a process of its own, so that neither side waits for it; it is told its jobs one by one. */
export type Job =
	| OpenLoop
	| ClosedLoop
	/** Opens connections and keeps them. */
	| { type: "enter"; count: number }
	/** Cuts them all and opens them again, each from before its one message. */
	| { type: "re-enter"; count: number }
	| { type: "leave" };

export type CrowdResult = { ms: number; open: number; loadCpu: number };
export type Told =
	| { type: "started" }
	| { type: "done"; result: TrafficResult | CrowdResult | null }
	| { type: "failed"; why: string };

const tell = (told: Told) => process.send?.(told);
let crowd: ReturnType<typeof createCrowd> | null = null;

process.on("message", async ({ target, job }: { target: Target; job: Job }) => {
	try {
		tell({ type: "done", result: await work(target, job) });
	} catch (error) {
		tell({ type: "failed", why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
	}
});

async function work(target: Target, job: Job): Promise<TrafficResult | CrowdResult | null> {
	if (job.type === "open" || job.type === "closed") {
		return runTraffic(target, job, () => tell({ type: "started" }));
	}
	crowd ??= createCrowd(target);
	if (job.type !== "enter") crowd.leaveAll();
	if (job.type === "leave") {
		crowd = null;
		return null;
	}
	const cpu = process.cpuUsage();
	const ms = await crowd.enterAll(job.count, job.type === "enter" ? "greeting" : "missed message");
	const used = process.cpuUsage(cpu);
	return { ms, open: crowd.count(), loadCpu: (used.user + used.system) / 1_000 / ms };
}
