import type { Pace } from "./pace.ts";
import type { Rung, Transport } from "./rungs.ts";

/**
 * How the page is connected: `connecting` until something has been heard, `stopped` when the server will not
 * let this page read on.
 */
export type LineState = "connecting" | "live" | "reconnecting" | "offline" | "stopped";
export type LineStatus = { state: LineState; transport: Transport };

/**
 * Turns ups and downs into what a person should know of them: nothing for a second, since streams end and begin
 * again all day, then that it is being tried, then that there is no connection.
 */
export function createStatus(pace: Pace, onStatus: (status: LineStatus) => void) {
	let status: LineStatus = { state: "connecting", transport: "sse" };
	let isDown = false;
	let timers: ReturnType<typeof setTimeout>[] = [];

	function set(change: Partial<LineStatus>) {
		status = { ...status, ...change };
		onStatus(status);
	}

	function clear() {
		for (const timer of timers) clearTimeout(timer);
		timers = [];
		isDown = false;
	}

	return {
		current: () => status,
		isUp: () => status.state === "live" && !isDown,
		/** Something was heard by this way. */
		up(transport: Rung) {
			clear();
			set({ state: "live", transport });
		},
		/** There is no connection by this way; said again with every failure, so that other tabs hear of it. */
		down(transport: Rung) {
			set(status.transport === "reload" ? {} : { transport });
			if (isDown) return;
			isDown = true;
			timers = [
				setTimeout(() => set({ state: "reconnecting" }), pace.reconnecting),
				setTimeout(() => set({ state: "offline" }), pace.offline),
				setTimeout(() => set({ transport: "reload" }), pace.reload),
			];
		},
		stop() {
			clear();
			set({ state: "stopped" });
		},
		close: clear,
	};
}
