import type { Bus } from "./bus.ts";

/** For a single process: `broadcast` wakes local readers directly, so nothing is sent. */
export function createInProcessBus(): Bus {
	return {
		kind: "in-process",
		start: async ({ onGap }) => onGap(),
		send: () => {},
		isHealthy: () => true,
		trouble: () => null,
		stop: async () => {},
	};
}
