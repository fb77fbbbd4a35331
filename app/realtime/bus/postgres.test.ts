import { expect, it, vi } from "vitest";
import type { Ephemeral, Hint } from "./bus.ts";

vi.stubEnv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
const { pack } = await import("./postgres.server.ts");

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
