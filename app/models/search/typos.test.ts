import { expect, it } from "vitest";
import { editsBetween, isTypoOf } from "./typos.ts";

it("counts a swap of neighbours as one edit, and knows what was put in another's place", () => {
	expect(editsBetween("retrun", "return")).toEqual({ edits: 1, replaced: 0 });
	expect(editsBetween("warrenty", "warranty")).toEqual({ edits: 1, replaced: 1 });
	expect(editsBetween("same", "same")).toEqual({ edits: 0, replaced: 0 });
	expect(editsBetween("", "abc").edits).toBe(3);
});

it.each([
	["retrun", "return"],
	["delivry", "delivery"],
	["warrenty", "warranty"],
	["fliter", "filter"],
	["guarentee", "guarantee"],
	["shiping", "shipping"],
])("takes %s for a slip of %s", (typed, meant) => {
	expect(isTypoOf(typed, meant)).toBe(true);
});

it.each([
	["black", "block"],
	["parking", "packing"],
	["france", "frame"],
	["red", "bed"],
	["cat", "cart"],
	["return", "return"],
	["5560001", "5560002"],
])("leaves %s alone beside %s", (typed, meant) => {
	expect(isTypoOf(typed, meant)).toBe(false);
});
