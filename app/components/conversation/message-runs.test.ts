import { expect, it } from "vitest";
import type { Message } from "#app/realtime/events.ts";
import { RUN_GAP_MS, runPositions } from "./message-runs.ts";

const START = Date.parse("2026-03-01T10:00:00.000Z");

const message = (senderType: Message["senderType"], afterMs: number, senderName: string | null = null) => ({
	senderType,
	senderName,
	sentAt: new Date(START + afterMs).toISOString(),
});

const utcDay = (iso: string) => Math.floor(Date.parse(iso) / (24 * 60 * 60_000));

const marks = (messages: Parameters<typeof runPositions>[0]) =>
	runPositions(messages, utcDay).map(
		({ startsRun, endsRun }) => `${startsRun ? "[" : ""}${endsRun ? "]" : ""}`,
	);

it("treats messages of one sender within two minutes as one run", () => {
	expect(marks([message("user", 0), message("user", RUN_GAP_MS), message("user", 2 * RUN_GAP_MS)])).toEqual([
		"[",
		"",
		"]",
	]);
});

it("begins a new run after a pause", () => {
	expect(marks([message("user", 0), message("user", RUN_GAP_MS + 1)])).toEqual(["[]", "[]"]);
});

it("begins a new run with another sender, also of the same type", () => {
	expect(
		marks([message("bot", 0), message("user", 1), message("agent", 2, "Ana"), message("agent", 3, "Ben")]),
	).toEqual(["[]", "[]", "[]", "[]"]);
});

it("begins a new run and a new day after midnight", () => {
	const untilMidnight = 14 * 60 * 60_000;
	const messages = [
		message("user", untilMidnight - 1),
		message("user", untilMidnight),
		message("user", untilMidnight + 1),
	];
	expect(marks(messages)).toEqual(["[]", "[", "]"]);
	expect(runPositions(messages, utcDay).map(({ startsDay }) => startsDay)).toEqual([true, true, false]);
});
