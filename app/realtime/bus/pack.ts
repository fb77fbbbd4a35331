import type { Envelope, Hint } from "./bus.ts";

/** An event larger than this is not carried: one query for it costs less than the room it takes from others. */
const EVENT_LIMIT_BYTES = 1_500;

type Packet = { n: string; h?: Envelope["hints"]; e?: Envelope["ephemerals"] };

/**
 * Writes an envelope as packets of JSON, each at most `limitBytes` (plus some fifty of wrapping), in the
 * order of the envelope. A hint whose event is too large goes without it; a single ephemeral above the limit
 * is dropped.
 *
 * @param options.node who sends: a process knows its own packets by it.
 */
export function pack(envelope: Envelope, options: { node: string; limitBytes: number }): string[] {
	const packets: string[] = [];
	let hints: string[] = [];
	let ephemerals: string[] = [];
	let size = 0;
	const close = () => {
		if (size === 0) return;
		const parts = [`"n":${JSON.stringify(options.node)}`];
		if (hints.length > 0) parts.push(`"h":[${hints.join()}]`);
		if (ephemerals.length > 0) parts.push(`"e":[${ephemerals.join()}]`);
		packets.push(`{${parts.join()}}`);
		hints = [];
		ephemerals = [];
		size = 0;
	};
	const add = (list: "hints" | "ephemerals", text: string) => {
		const bytes = Buffer.byteLength(text) + 1;
		if (bytes > options.limitBytes) return;
		if (size + bytes > options.limitBytes) close();
		size += bytes;
		(list === "hints" ? hints : ephemerals).push(text);
	};
	for (const hint of worthSending(envelope.hints)) add("hints", writeHint(hint));
	for (const ephemeral of envelope.ephemerals) add("ephemerals", JSON.stringify(ephemeral));
	close();
	return packets;
}

/** The envelope in a packet; null for one of our own, and for what is none of ours (a bus may be shared). */
export function unpack(node: string, packet: string): Envelope | null {
	try {
		const { n, h, e } = JSON.parse(packet) as Partial<Packet>;
		if (typeof n !== "string" || n === node) return null;
		return { hints: h ?? [], ephemerals: e ?? [] };
	} catch {
		return null;
	}
}

function writeHint(hint: Hint): string {
	const [stream, seq, event] = hint;
	if (event) {
		const text = JSON.stringify(hint);
		if (Buffer.byteLength(text) <= EVENT_LIMIT_BYTES) return text;
	}
	return JSON.stringify([stream, seq]);
}

/** Without the hints that a later one of the same stream makes needless: those that carry nothing. */
function worthSending(hints: Hint[]): Hint[] {
	const newest = new Map<Hint[0], number>();
	for (const [stream, seq] of hints) newest.set(stream, Math.max(seq, newest.get(stream) ?? 0));
	const bare = new Set<Hint[0]>();
	return hints.filter(([stream, seq, event]) => {
		if (event) return true;
		if (seq !== newest.get(stream) || bare.has(stream)) return false;
		bare.add(stream);
		return true;
	});
}
