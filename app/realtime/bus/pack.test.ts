import { expect, it } from "vitest";
import type { CarriedEvent, Envelope, Ephemeral, Hint } from "./bus.ts";
import { pack as packAt, unpack } from "./pack.ts";

const LIMIT_BYTES = 7_500;
const pack = (node: string, envelope: Envelope) => packAt(envelope, { node, limitBytes: LIMIT_BYTES });
const hintsIn = (packets: string[]) => packets.flatMap((packet) => unpack("other", packet)?.hints ?? []);

const session = (index: number) =>
	`public:00000000-0000-4000-8000-${String(index).padStart(12, "0")}` as const;

it("keeps every payload below what NOTIFY takes and loses no hint", () => {
	const hints: Hint[] = Array.from({ length: 1_000 }, (_, index) => [session(index), index + 1] as const);
	const packets = pack("node", { hints, ephemerals: [] });
	expect(packets.length).toBeGreaterThan(1);
	for (const packet of packets) expect(Buffer.byteLength(packet)).toBeLessThan(8_000);
	const sent = packets.flatMap((packet) => (JSON.parse(packet) as { h: Hint[] }).h);
	expect(sent).toEqual(hints);
});

it("sends only the newest hint of a stream", () => {
	const packets = pack("node", {
		hints: [
			[session(1), 4],
			[session(1), 7],
			[session(1), 5],
		],
		ephemerals: [],
	});
	expect(packets.map((packet) => (JSON.parse(packet) as { h: Hint[] }).h)).toEqual([[[session(1), 7]]]);
});

it("drops a single ephemeral that no payload can hold, and sends the others", () => {
	const big: Ephemeral = [session(1), "ai-delta", { text: "é".repeat(5_000) }];
	const small: Ephemeral = [session(1), "user-typing", { on: true }];
	const packets = pack("node", { hints: [], ephemerals: [big, small] });
	expect(packets).toHaveLength(1);
	expect(packets[0]).toContain("user-typing");
});

it("brings events along in their order, below the limit, and to the letter", () => {
	const event = (seq: number): CarriedEvent => [
		"new-message",
		`{"seq": ${seq}, "message": "${"é\\n".repeat(100)}"}`,
	];
	const hints: Hint[] = Array.from({ length: 100 }, (_, index) => [
		session(index % 7),
		Math.floor(index / 7) + 1,
		event(index),
	]);
	const packets = pack("node", { hints, ephemerals: [] });
	expect(packets.length).toBeGreaterThan(1);
	for (const packet of packets) expect(Buffer.byteLength(packet)).toBeLessThan(8_000);
	expect(hintsIn(packets)).toEqual(hints);
});

it("leaves a large event behind and sends its hint", () => {
	const large: CarriedEvent = ["new-message", JSON.stringify({ message: "é".repeat(1_000) })];
	const hints: Hint[] = [
		[session(1), 1, large],
		[session(1), 2, ["new-message", "{}"]],
		[session(2), 1, large],
	];
	expect(hintsIn(pack("node", { hints, ephemerals: [] }))).toEqual([
		[session(1), 1],
		[session(1), 2, ["new-message", "{}"]],
		[session(2), 1],
	]);
});

it("gives back what another instance packed, and nothing of its own or of a stranger", () => {
	const hints: Hint[] = [[session(1), 7]];
	const [packet = ""] = pack("node", { hints, ephemerals: [] });
	expect(unpack("other", packet)).toEqual({ hints, ephemerals: [] });
	expect(unpack("node", packet)).toBeNull();
	for (const stranger of ["", "hello", "null", "[]", '{"a":1}']) expect(unpack("node", stranger)).toBeNull();
});
