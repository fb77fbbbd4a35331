import type { Bus } from "./bus.ts";

/** The bus of a single process, which sends nothing: `broadcast` wakes the readers of that process directly. */
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
