import type { Timings } from "./timings.ts";
import type { ShownTransport, Transport } from "./transports.ts";

/**
 * State of the connection: `connecting` until something was received, `stopped` when the server refuses this page.
 */
export type ConnectionState = "connecting" | "live" | "reconnecting" | "offline" | "stopped";
export type ConnectionStatus = { state: ConnectionState; transport: ShownTransport };

/**
 * Creates the status of a connection for the user. An interruption shows nothing for the first second, because
 * streams end and restart all day; then the state is `reconnecting`, and later `offline`.
 */
export function createStatus(timings: Timings, onStatus: (status: ConnectionStatus) => void) {
	let status: ConnectionStatus = { state: "connecting", transport: "sse" };
	let isDown = false;
	let timers: ReturnType<typeof setTimeout>[] = [];

	function set(change: Partial<ConnectionStatus>) {
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
		/** Called when something was received with this transport. */
		up(transport: Transport) {
			clear();
			set({ state: "live", transport });
		},
		/** Called with every failure of this transport, so that other tabs are informed. */
		down(transport: Transport) {
			set(status.transport === "reload" ? {} : { transport });
			if (isDown) return;
			isDown = true;
			timers = [
				setTimeout(() => set({ state: "reconnecting" }), timings.reconnecting),
				setTimeout(() => set({ state: "offline" }), timings.offline),
				setTimeout(() => set({ transport: "reload" }), timings.reload),
			];
		},
		stop() {
			clear();
			set({ state: "stopped" });
		},
		close: clear,
	};
}
