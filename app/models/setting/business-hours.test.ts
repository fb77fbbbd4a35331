import { expect, it } from "vitest";
import { businessHours, isOpenAt, nextOpening } from "./business-hours.ts";

const week = businessHours.parse({
	timeZone: "Europe/Lisbon",
	days: {
		mon: [["09:00", "17:00"]],
		tue: [
			["09:00", "12:30"],
			["14:00", "24:00"],
		],
		fri: [["09:00", "17:00"]],
	},
	closedOn: ["2026-11-27"],
});

it("is always open while no hours are set", () => {
	expect(isOpenAt(businessHours.parse({}), new Date())).toBe(true);
	expect(nextOpening(businessHours.parse({}), new Date())).toBeNull();
});

it("uses the store's time zone, in summer and winter", () => {
	expect(isOpenAt(week, new Date("2026-11-23T09:00:00Z"))).toBe(true);
	expect(isOpenAt(week, new Date("2026-11-23T08:59:59Z"))).toBe(false);
	expect(isOpenAt(week, new Date("2026-11-23T17:00:00Z"))).toBe(false);
	// In July, Lisbon is one hour ahead of UTC.
	expect(isOpenAt(week, new Date("2026-07-06T08:00:00Z"))).toBe(true);
	expect(isOpenAt(week, new Date("2026-11-24T13:00:00Z"))).toBe(false);
	expect(isOpenAt(week, new Date("2026-11-24T23:59:00Z"))).toBe(true);
});

it("finds the next opening after the night, the weekend and a holiday", () => {
	expect(nextOpening(week, new Date("2026-11-23T03:12:34Z"))?.toISOString()).toBe("2026-11-23T09:00:00.000Z");
	expect(nextOpening(week, new Date("2026-11-24T12:45:00Z"))?.toISOString()).toBe("2026-11-24T14:00:00.000Z");
	// The time is a Wednesday. Friday is a holiday, so the next opening is Monday.
	expect(nextOpening(week, new Date("2026-11-25T10:00:00Z"))?.toISOString()).toBe("2026-11-30T09:00:00.000Z");
	expect(nextOpening(week, new Date("2026-11-23T10:00:00Z"))).toBeNull();
	expect(nextOpening(businessHours.parse({ days: {} }), new Date())).toBeNull();
});

it("works in time zones with offsets that are not whole hours, and across clock changes", () => {
	const nepal = businessHours.parse({ timeZone: "Asia/Kathmandu", days: { mon: [["09:05", "10:00"]] } });
	expect(nextOpening(nepal, new Date("2026-11-22T12:00:00Z"))?.toISOString()).toBe(
		"2026-11-23T03:20:00.000Z",
	);
	const berlin = businessHours.parse({ timeZone: "Europe/Berlin", days: { sun: [["03:00", "04:00"]] } });
	expect(nextOpening(berlin, new Date("2026-10-24T22:00:00Z"))?.toISOString()).toBe(
		"2026-10-25T02:00:00.000Z",
	);
});

it.each([
	[{ timeZone: "Mars/Base" }, "time zone"],
	[{ days: { mon: [["17:00", "09:00"]] } }, "before"],
	[{ days: { mon: [["9:00", "17:00"]] } }, "09:00"],
	[{ closedOn: ["Christmas"] }, ""],
])("refuses %j", (value, words) => {
	const parsed = businessHours.safeParse(value);
	expect(parsed.success).toBe(false);
	expect(JSON.stringify(parsed.error?.issues)).toContain(words);
});
