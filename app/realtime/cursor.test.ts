import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

it("decodes every cursor that it encodes", () => {
	const seq = fc.integer({ min: 0, max: 999_999_999 });
	const cursors = fc.record({ epoch: fc.uuid(), public: seq, internal: fc.option(seq) });
	fc.assert(
		fc.property(cursors, (cursor) => {
			expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
		}),
	);
});

it("rejects text that is not a cursor", () => {
	for (const text of [
		"",
		"12",
		"epoch.p",
		"epoch.p1.i",
		"epoch.p-1",
		`epoch.p${"9".repeat(30)}`,
		"x.p1\n",
		null,
	]) {
		expect(decodeCursor(text)).toBeNull();
	}
});
