import { fork } from "node:child_process";
import { join } from "node:path";
import type { Contender } from "../contender.ts";
import type { Target } from "./client.ts";
import type { CrowdResult, Job, Report } from "./process.ts";
import type { ClosedLoop, OpenLoop, TrafficResult } from "./traffic.ts";

export type Load = ReturnType<typeof startLoad>;

/**
 * Functions that are called when the first message is due (`onStart`) and when the steady phase begins (`onSteady`).
 */
type PhaseListeners = { onStart?: () => void; onSteady?: () => void };

/**
 * Starts the process of the load generator for a contender (our chat or Socket.IO). The process runs one job at a
 * time.
 */
export function startLoad(contender: Contender) {
	const { kind, writerUrl, readerUrl, cursors } = contender;
	const child = fork(join(import.meta.dirname, "process.ts"), { execArgv: ["--import", "tsx"] });

	function run(job: Job, conversations: Target["conversations"], on: PhaseListeners = {}) {
		return new Promise<unknown>((resolve, reject) => {
			const end = () => {
				child.off("message", onReport);
				child.off("exit", gone);
			};
			const gone = () => {
				end();
				reject(new Error("The load's process ended."));
			};
			const onReport = (report: Report) => {
				if (report.type === "started") return on.onStart?.();
				if (report.type === "steady") return on.onSteady?.();
				end();
				if (report.type === "done") resolve(report.result);
				else reject(new Error(report.why));
			};
			child.on("message", onReport).once("exit", gone);
			const target: Target = { kind, writerUrl, readerUrl, cursors, conversations };
			child.send({ target, job });
		});
	}

	return {
		/** Sends messages in the first `over` sessions of the contender. */
		async traffic(job: OpenLoop | ClosedLoop, options: { over: number } & PhaseListeners) {
			const conversations = contender.conversations.slice(0, options.over);
			return (await run(job, conversations, options)) as TrafficResult;
		},
		async crowd(type: "enter" | "re-enter", count: number) {
			return (await run({ type, count }, contender.conversations)) as CrowdResult;
		},
		async leave() {
			await run({ type: "leave" }, []);
		},
		stop() {
			child.kill("SIGKILL");
		},
	};
}
