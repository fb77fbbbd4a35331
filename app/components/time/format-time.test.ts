import { describe, expect, it } from "vitest";
import { ageText, clockText, dayNumber, fullText, nearDayText, type ReaderLocale } from "./format-time.ts";

const now = new Date("2026-11-27T12:00:00Z");
const server: ReaderLocale = { now, timeZone: "UTC", locale: "en-GB", showsTimeZone: true };
const inLondon: ReaderLocale = { now, timeZone: "Europe/London", locale: "en-GB" };
const inNewYork: ReaderLocale = { now, timeZone: "America/New_York", locale: "en-US" };
const inBerlin: ReaderLocale = { now, timeZone: "Europe/Berlin", locale: "de" };
const inTokyo: ReaderLocale = { now, timeZone: "Asia/Tokyo", locale: "ja" };

/** Replaces narrow and no-break spaces by plain spaces, because versions of the ICU library differ in them. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("a time of day", () => {
	it.each([
		["today", "2026-11-27T09:05:00Z", server, "09:05 UTC"],
		["another day", "2026-11-23T23:30:00Z", server, "Mon 23 Nov, 23:30 UTC"],
		["another year", "2025-11-23T23:30:00Z", server, "23 Nov 2025, 23:30 UTC"],
		["today on the reader's clock", "2026-11-27T09:05:00Z", inNewYork, "4:05 AM"],
		["yesterday where the reader is", "2026-11-27T03:30:00Z", inNewYork, "Thu, Nov 26, 10:30 PM"],
		[
			"today where the reader is, and yesterday in UTC",
			"2026-11-26T23:30:00Z",
			{ ...inBerlin, locale: "en-US" },
			"12:30 AM",
		],
		["in the reader's language", "2026-11-23T12:30:00Z", inBerlin, "Mo., 23. Nov., 13:30"],
		["the day is named from the right", "2026-11-23T12:30:00Z", inTokyo, "11月23日(月) 21:30"],
	])("%s", (_, iso, reader, text) => {
		expect(plain(clockText(new Date(iso), reader))).toBe(text);
	});
});

describe("a day", () => {
	it.each([
		["2026-11-27T00:00:00Z", inLondon, "Today"],
		["2026-11-26T23:59:59Z", inLondon, "Yesterday"],
		["2026-11-23T08:00:00Z", inLondon, "Mon 23 Nov"],
		["2025-12-31T08:00:00Z", inLondon, "31 Dec 2025"],
		["2026-11-26T08:00:00Z", inBerlin, "Gestern"],
		["2026-11-28T08:00:00Z", inLondon, "Sat 28 Nov"],
	])("%s", (iso, reader, text) => {
		expect(plain(nearDayText(new Date(iso), reader))).toBe(text);
	});

	it("is a calendar day, also when clocks change", () => {
		const inMarch = { ...inBerlin, now: new Date("2026-03-29T21:00:00Z") };
		expect(nearDayText(new Date("2026-03-28T22:59:00Z"), inMarch)).toBe("Gestern");
		expect(
			dayNumber(new Date("2026-03-29T12:00:00Z"), inBerlin) -
				dayNumber(new Date("2026-03-28T12:00:00Z"), inBerlin),
		).toBe(1);
	});

	it("does not depend on the calendar and digits of the viewer's language", () => {
		const inTehran: ReaderLocale = { now, timeZone: "Asia/Tehran", locale: "fa-IR" };
		expect(dayNumber(now, inTehran)).toBe(dayNumber(now, inLondon));
	});
});

describe("an age", () => {
	const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
	it.each([
		[0, "Now"],
		[-5, "Now"],
		[1, "1 min"],
		[12, "12 min"],
		[59, "59 min"],
		[60, "1 hr"],
		[11 * 60, "11 hr"],
		[13 * 60, "Yesterday"],
		[4 * 24 * 60, "Mon, Nov 23"],
		[400 * 24 * 60, "Oct 23, 2025"],
	])("of %i minutes", (minutes, text) => {
		expect(plain(ageText(minutesAgo(minutes), { ...inLondon, locale: "en-US" }))).toBe(text);
	});

	it("is in hours also after midnight", () => {
		const atNight = { ...inNewYork, now: new Date("2026-11-27T06:00:00Z") };
		expect(plain(ageText(new Date("2026-11-27T04:00:00Z"), atNight))).toBe("2 hr");
	});
});

it("has a full form for screen readers, with the time zone when it may not be the viewer's own", () => {
	const date = new Date("2026-11-23T23:30:00Z");
	expect(plain(fullText(date, server))).toMatch(/^Monday,? 23 November 2026 at 23:30 UTC$/);
	expect(plain(fullText(date, { now, locale: "en-US" }))).not.toContain("UTC");
});
