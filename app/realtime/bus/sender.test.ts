import { expect, it } from "vitest";
import type { Envelope, Ephemeral, InlineEvent, WakeUp } from "./bus.ts";
import { decodePacket, encodePackets as packAt } from "./sender.ts";

const LIMIT_BYTES = 7_500;
const pack = (node: string, envelope: Envelope) => packAt(envelope, { node, limitBytes: LIMIT_BYTES });
const wakeUpsIn = (packets: string[]) =>
	packets.flatMap((packet) => decodePacket("other", packet)?.wakeUps ?? []);

const session = (index: number) =>
	`public:00000000-0000-4000-8000-${String(index).padStart(12, "0")}` as const;

it("keeps every payload below NOTIFY's limit and loses no wake-up", () => {
	const wakeUps: WakeUp[] = Array.from({ length: 1_000 }, (_, index) => [session(index), index + 1] as const);
	const packets = pack("node", { wakeUps, ephemerals: [] });
	expect(packets.length).toBeGreaterThan(1);
	for (const packet of packets) expect(Buffer.byteLength(packet)).toBeLessThan(8_000);
	const sent = packets.flatMap((packet) => (JSON.parse(packet) as { h: WakeUp[] }).h);
	expect(sent).toEqual(wakeUps);
});

it("sends only the newest wake-up of a stream", () => {
	const packets = pack("node", {
		wakeUps: [
			[session(1), 4],
			[session(1), 7],
			[session(1), 5],
		],
		ephemerals: [],
	});
	expect(packets.map((packet) => (JSON.parse(packet) as { h: WakeUp[] }).h)).toEqual([[[session(1), 7]]]);
});

it("drops an ephemeral event that exceeds the limit, and sends the others", () => {
	const big: Ephemeral = [session(1), "ai-delta", { text: "é".repeat(5_000) }];
	const small: Ephemeral = [session(1), "user-typing", { on: true }];
	const packets = pack("node", { wakeUps: [], ephemerals: [big, small] });
	expect(packets).toHaveLength(1);
	expect(packets[0]).toContain("user-typing");
});

it("sends events unchanged, in their order and below the limit", () => {
	const event = (seq: number): InlineEvent => [
		"new-message",
		`{"seq": ${seq}, "message": "${"é\\n".repeat(100)}"}`,
	];
	const wakeUps: WakeUp[] = Array.from({ length: 100 }, (_, index) => [
		session(index % 7),
		Math.floor(index / 7) + 1,
		event(index),
	]);
	const packets = pack("node", { wakeUps, ephemerals: [] });
	expect(packets.length).toBeGreaterThan(1);
	for (const packet of packets) expect(Buffer.byteLength(packet)).toBeLessThan(8_000);
	expect(wakeUpsIn(packets)).toEqual(wakeUps);
});

it("sends only the wake-up of a large event", () => {
	const large: InlineEvent = ["new-message", JSON.stringify({ message: "é".repeat(1_000) })];
	const wakeUps: WakeUp[] = [
		[session(1), 1, large],
		[session(1), 2, ["new-message", "{}"]],
		[session(2), 1, large],
	];
	expect(wakeUpsIn(pack("node", { wakeUps, ephemerals: [] }))).toEqual([
		[session(1), 1],
		[session(1), 2, ["new-message", "{}"]],
		[session(2), 1],
	]);
});

it("unpacks packets of other processes, and ignores its own and foreign ones", () => {
	const wakeUps: WakeUp[] = [[session(1), 7]];
	const [packet = ""] = pack("node", { wakeUps, ephemerals: [] });
	expect(decodePacket("other", packet)).toEqual({ wakeUps, ephemerals: [] });
	expect(decodePacket("node", packet)).toBeNull();
	for (const foreign of ["", "hello", "null", "[]", '{"a":1}'])
		expect(decodePacket("node", foreign)).toBeNull();
});
