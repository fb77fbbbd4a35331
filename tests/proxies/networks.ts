import { type Fault, startFaultProxy } from "./fault-proxy.ts";
import { openTcpGate } from "./gate.ts";
import { INSTALLED_PROXIES, startInstalledProxy } from "./installed-proxies.ts";

/** A network (proxy or simulated fault) between the customer's browser and the shop. */
export interface Network {
	name: string;
	/**
	 * Starts the network. @param appPort port of the shop on this machine. @returns null when its program is not
	 * installed.
	 */
	start(appPort: number): Promise<RunningNetwork | null>;
	/** The proxy program that must be installed; null for our own proxy. */
	program: string | null;
	/** Milliseconds after the outage within which the page must receive events again. */
	liveWithinMs: number;
	/** A note about the network for the table of results. */
	note: string | null;
}

export interface RunningNetwork {
	/** URL of the shop for the browser, without a trailing slash. */
	address: string;
	/** URL of a proxy that the browser must be configured to use. */
	proxy: string | null;
	/** Starts an outage: the network answers requests with 502 or 503, or not at all. */
	breakDown(): Promise<void>;
	recover(): Promise<void>;
	stop(): Promise<void>;
}

/** Pattern of the URL paths of event streams, by GET and by POST. */
const STREAMS = /^\/chat\/events/;

/** Milliseconds within which a page must receive events again after 30 s of answers with 502 or 503. */
const LIVE_WITHIN_MS = 10_000;

const FAULTS: {
	name: string;
	fault: Fault;
	only?: RegExp;
	outage?: Fault;
	liveWithinMs?: number;
	note?: string;
}[] = [
	{ name: "no fault", fault: { mode: "pass" } },
	{ name: "300 ms of latency", fault: { mode: "latency", ms: 300 } },
	{ name: "64 KB a second", fault: { mode: "throttle", bytesPerSecond: 65_536 } },
	{ name: "store and forward", fault: { mode: "store-and-forward" } },
	{ name: "64 KB buffer", fault: { mode: "buffer" } },
	{ name: "cut after 4,000 bytes", fault: { mode: "cut", afterBytes: 4_000 }, only: STREAMS },
	{ name: "black hole for streams", fault: { mode: "black-hole" }, only: STREAMS },
	{ name: "reset of streams", fault: { mode: "reset" }, only: STREAMS },
	{ name: "cut after 30 s of silence", fault: { mode: "idle-kill", ms: 30_000 } },
	{ name: "cut after 10 s of silence", fault: { mode: "idle-kill", ms: 10_000 } },
	{ name: "HTTP/1.0", fault: { mode: "http-1.0" } },
	{ name: "headers stripped", fault: { mode: "strip-headers" } },
	{
		name: "dead connection",
		fault: { mode: "pass" },
		outage: { mode: "black-hole" },
		// A dead connection gives no error, so a form that was sent during the outage waits for its timeout of 20 s.
		liveWithinMs: 25_000,
		note: "its outage is 30 s without any answer, not 502s",
	},
];

export const NETWORKS: Network[] = [
	...INSTALLED_PROXIES.map(
		(proxy): Network => ({
			name: proxy.name,
			program: proxy.program,
			liveWithinMs: LIVE_WITHIN_MS,
			note: null,
			async start(appPort) {
				const gate = await openTcpGate(appPort);
				const running = await startInstalledProxy(proxy, gate.port);
				if (!running) {
					await gate.shut();
					return null;
				}
				const ownAddress = `http://127.0.0.1:${running.port}`;
				return {
					address: proxy.isForward ? `http://127.0.0.1:${gate.port}` : ownAddress,
					proxy: proxy.isForward ? ownAddress : null,
					breakDown: () => gate.shut(),
					recover: () => gate.reopen(),
					async stop() {
						await gate.shut();
						await running.stop();
					},
				};
			},
		}),
	),
	...FAULTS.map(
		({ name, fault, only, outage, liveWithinMs, note }): Network => ({
			name,
			program: null,
			liveWithinMs: liveWithinMs ?? LIVE_WITHIN_MS,
			note: note ?? null,
			async start(appPort) {
				const proxy = await startFaultProxy(`http://127.0.0.1:${appPort}`);
				proxy.set(fault, only);
				return {
					address: proxy.url,
					proxy: null,
					breakDown: async () => proxy.set(outage ?? { mode: "status", status: 502 }),
					recover: async () => proxy.set(fault, only),
					stop: () => proxy.stop(),
				};
			},
		}),
	),
];
