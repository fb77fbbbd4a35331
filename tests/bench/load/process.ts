import type { Target } from "./client.ts";
import { createCrowd } from "./crowd.ts";
import { type ClosedLoop, type OpenLoop, runTraffic, type TrafficResult } from "./traffic.ts";

/** A job for the load generator, which runs in its own process, so that it does not slow down the server processes. */
export type Job =
	| OpenLoop
	| ClosedLoop
	/** Opens connections and keeps them open. */
	| { type: "enter"; count: number }
	/** Closes all connections and opens them again, each with the cursor before its session's first message. */
	| { type: "re-enter"; count: number }
	| { type: "leave" };

export type CrowdResult = { ms: number; open: number; loadCpu: number };
export type Report =
	| { type: "started" }
	| { type: "steady" }
	| { type: "done"; result: TrafficResult | CrowdResult | null }
	| { type: "failed"; why: string };

const sendReport = (report: Report) => process.send?.(report);
let crowd: ReturnType<typeof createCrowd> | null = null;

process.on("message", async ({ target, job }: { target: Target; job: Job }) => {
	try {
		sendReport({ type: "done", result: await work(target, job) });
	} catch (error) {
		sendReport({
			type: "failed",
			why: error instanceof Error ? (error.stack ?? error.message) : String(error),
		});
	}
});

async function work(target: Target, job: Job): Promise<TrafficResult | CrowdResult | null> {
	if (job.type === "open" || job.type === "closed") {
		return runTraffic(target, job, (phase) => sendReport({ type: phase }));
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
