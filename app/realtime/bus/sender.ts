import { setTimeout as delay } from "node:timers/promises";
import type { Envelope, WakeUp } from "./bus.ts";

/**
 * Shortest time between the starts of two sends to the broker, so that a busy process sends few large payloads. A
 * message of a busy process waits for half of this time on average.
 */
const BATCH_MS = 1;

/**
 * Largest number of wake-ups and events that wait to be sent, so that memory does not grow while the broker is down.
 * The head check later finds the events of dropped wake-ups.
 */
const BACKLOG_LIMIT = 20_000;

/**
 * Creates a sender to the broker: the first envelope is sent at once, and later ones are batched while a send is in
 * progress.
 *
 * @param options.node id of this process. @param options.limitBytes largest payload in bytes.
 * @param options.transmit passes payloads to the broker; a failure loses the payloads, which only delays messages.
 * @returns a function that queues an envelope.
 */
export function createSender(options: {
	node: string;
	limitBytes: number;
	transmit: (payloads: string[]) => Promise<unknown>;
}): (envelope: Envelope) => void {
	let waiting: Envelope = { wakeUps: [], ephemerals: [] };
	let isSending = false;

	async function flush() {
		isSending = true;
		try {
			while (waiting.wakeUps.length > 0 || waiting.ephemerals.length > 0) {
				const payloads = encodePackets(waiting, options);
				const startedAt = performance.now();
				waiting = { wakeUps: [], ephemerals: [] };
				if (payloads.length > 0) await options.transmit(payloads);
				// The time is measured from the start of the last send: after a slow send the batch is large enough.
				const left = BATCH_MS - (performance.now() - startedAt);
				if (left > 0) await delay(left);
			}
		} catch {
			// Lost wake-ups are not sent again: other processes find their events with the next head check.
			waiting = { wakeUps: [], ephemerals: [] };
		} finally {
			isSending = false;
		}
	}

	return (envelope) => {
		if (waiting.wakeUps.length + waiting.ephemerals.length > BACKLOG_LIMIT) return;
		waiting.wakeUps.push(...envelope.wakeUps);
		waiting.ephemerals.push(...envelope.ephemerals);
		if (!isSending) void flush();
	};
}

/**
 * Largest event that is sent inside a wake-up. One query for a larger event costs less than the space that it takes
 * from other events.
 */
const EVENT_LIMIT_BYTES = 1_500;

type BusPacket = { n: string; h?: Envelope["wakeUps"]; e?: Envelope["ephemerals"] };

/**
 * Encodes an envelope as JSON packets of at most `limitBytes` each (plus about fifty bytes of framing), in the order
 * of the envelope. A wake-up whose event is too large is sent without that event; a single ephemeral event above the
 * limit is dropped.
 *
 * @param options.node id of the sending process, by which it recognises its own packets.
 */
export function encodePackets(envelope: Envelope, options: { node: string; limitBytes: number }): string[] {
	const packets: string[] = [];
	let wakeUps: string[] = [];
	let ephemerals: string[] = [];
	let size = 0;
	const close = () => {
		if (size === 0) return;
		const parts = [packetPrefixOf(options.node)];
		if (wakeUps.length > 0) parts.push(`"h":[${wakeUps.join()}]`);
		if (ephemerals.length > 0) parts.push(`"e":[${ephemerals.join()}]`);
		packets.push(`${parts.join()}}`);
		wakeUps = [];
		ephemerals = [];
		size = 0;
	};
	const add = (list: "wakeUps" | "ephemerals", text: string) => {
		const bytes = Buffer.byteLength(text) + 1;
		if (bytes > options.limitBytes) return;
		if (size + bytes > options.limitBytes) close();
		size += bytes;
		(list === "wakeUps" ? wakeUps : ephemerals).push(text);
	};
	for (const wakeUp of dropRedundantWakeUps(envelope.wakeUps)) add("wakeUps", encodeWakeUp(wakeUp));
	for (const ephemeral of envelope.ephemerals) add("ephemerals", JSON.stringify(ephemeral));
	close();
	return packets;
}

/**
 * Decodes a packet. @returns null for a packet that this process sent, and for a packet of another application on the
 * same broker.
 */
export function decodePacket(node: string, packet: string): Envelope | null {
	// A busy process also receives its own packets. They are recognised before parsing, because parsing is most of a
	// packet's cost.
	if (packet.startsWith(packetPrefixOf(node))) return null;
	try {
		const { n, h, e } = JSON.parse(packet) as Partial<BusPacket>;
		if (typeof n !== "string" || n === node) return null;
		return { wakeUps: h ?? [], ephemerals: e ?? [] };
	} catch {
		return null;
	}
}

/** The first characters of every packet that a process sends. */
const packetPrefixOf = (node: string): string => `{"n":${JSON.stringify(node)}`;

function encodeWakeUp(wakeUp: WakeUp): string {
	const [stream, seq, event] = wakeUp;
	if (event) {
		const text = JSON.stringify(wakeUp);
		if (Buffer.byteLength(text) <= EVENT_LIMIT_BYTES) return text;
	}
	return JSON.stringify([stream, seq]);
}

/** Removes wake-ups without an event if a later wake-up of the same stream makes them redundant. */
function dropRedundantWakeUps(wakeUps: WakeUp[]): WakeUp[] {
	const newest = new Map<WakeUp[0], number>();
	for (const [stream, seq] of wakeUps) newest.set(stream, Math.max(seq, newest.get(stream) ?? 0));
	const withoutEvent = new Set<WakeUp[0]>();
	return wakeUps.filter(([stream, seq, event]) => {
		if (event) return true;
		if (seq !== newest.get(stream) || withoutEvent.has(stream)) return false;
		withoutEvent.add(stream);
		return true;
	});
}
