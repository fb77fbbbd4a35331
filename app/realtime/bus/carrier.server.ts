import { randomUUID } from "node:crypto";
import type { Bus } from "./bus.ts";
import { type Connection, keepLine, type Line, publicAddress } from "./line.server.ts";
import { unpack } from "./pack.ts";
import { createSender } from "./sender.ts";

const PING_EVERY_MS = 2_000;

/** A living connection to a carrier, which takes payloads for every other process. */
export type Carrier = Connection & { publish(payload: string): unknown };

/** Opens a connection: `lost` is to be called when it ends, `onPayload` with each payload that arrives. */
export type OpenCarrier = (
	url: string,
	lost: (reason?: unknown) => void,
	onPayload: (payload: string) => void,
) => Promise<Carrier>;

/**
 * A bus over a server of its own kind that carries payloads at most once.
 * @param options.name the product's name, for the log. @param options.limitBytes most bytes of one payload.
 */
export function createCarrierBus(options: {
	kind: Bus["kind"];
	name: string;
	url: string;
	limitBytes: number;
	open: OpenCarrier;
}): Bus {
	const { kind, name, url, limitBytes, open } = options;
	const node = randomUUID();
	let line: Line<Carrier> | null = null;
	return {
		kind,
		async start({ onEnvelope, onGap }) {
			line = keepLine({
				name: `${name} at ${publicAddress(url)}`,
				pingEveryMs: PING_EVERY_MS,
				open: (lost) =>
					open(url, lost, (payload) => {
						const envelope = unpack(node, payload);
						if (envelope) onEnvelope(envelope);
					}),
				onOpen: onGap,
			});
			await line.start();
		},
		send: createSender({
			node,
			limitBytes,
			transmit: async (payloads) => {
				const carrier = line?.current();
				if (carrier) await Promise.all(payloads.map((payload) => carrier.publish(payload)));
			},
		}),
		isHealthy: () => Boolean(line?.current()),
		trouble: () => line?.trouble() ?? null,
		stop: async () => line?.stop(),
	};
}
