import type { Bus } from "./bus.ts";

/** For a single process: local readers are woken directly by `announce`, so there is nothing to carry. */
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
