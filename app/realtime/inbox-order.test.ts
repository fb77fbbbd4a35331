import { expect, it } from "vitest";
import type { InboxEntry } from "./events.ts";
import { arrangeInbox, SECTION_LIMITS, WAITING_PAGE, waitingLimit } from "./inbox-order.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

function row(sessionId: string, change: Partial<InboxEntry>): InboxEntry {
	return {
		sessionId,
		status: "assistant",
		priority: "normal",
		customerName: null,
		intent: null,
		language: "en",
		queueReason: null,
		queuedAt: null,
		startedAt: minutesAgo(1_000),
		endedAt: null,
		lastMessageAt: minutesAgo(500),
		lastMessage: "Hello",
		lastSender: "user",
		lastSenderName: null,
		agentId: null,
		agentName: null,
		unread: 0,
		version: 1,
		...change,
	};
}

const arranged = (entries: InboxEntry[], limit = WAITING_PAGE) =>
	arrangeInbox(entries, { waitingLimit: limit, now: NOW }).map((entry) => entry.sessionId);

it("sorts waiting customers by the longest wait, and other sections by the latest activity", () => {
	const rows = [
		row("ended long ago", { status: "ended", endedAt: minutesAgo(61) }),
		row("ended first", { status: "ended", endedAt: minutesAgo(30), lastMessageAt: minutesAgo(30) }),
		row("ended last", { status: "ended", endedAt: minutesAgo(5), lastMessageAt: minutesAgo(40) }),
		row("idle", { lastMessageAt: minutesAgo(90) }),
		row("busy", { lastMessageAt: minutesAgo(1) }),
		row("never written in", { lastMessageAt: null, startedAt: minutesAgo(95) }),
		row("with an agent, idle", { status: "agent", lastMessageAt: minutesAgo(80) }),
		row("with an agent, busy", { status: "agent", lastMessageAt: minutesAgo(2) }),
		row("waits shortly and writes", {
			status: "queued",
			queuedAt: minutesAgo(3),
			lastMessageAt: minutesAgo(0),
		}),
		row("waits shortly, urgent", { status: "queued", queuedAt: minutesAgo(2), priority: "urgent" }),
		row("waits longest", { status: "queued", queuedAt: minutesAgo(50), priority: "low" }),
		row("waits without a time", { status: "queued", queuedAt: null, startedAt: minutesAgo(20) }),
	];
	const expected = [
		"waits longest",
		"waits without a time",
		"waits shortly and writes",
		"waits shortly, urgent",
		"with an agent, busy",
		"with an agent, idle",
		"busy",
		"idle",
		"never written in",
		"ended last",
		"ended first",
	];
	expect(arranged(rows)).toEqual(expected);
	expect(arranged([...rows].reverse())).toEqual(expected);
});

it("cuts the oldest activity of a section and the shortest waits", () => {
	const many = (change: (index: number) => Partial<InboxEntry>) =>
		Array.from({ length: 250 }, (_, index) => row(`row ${index}`, change(index)));
	const open = arranged(many((index) => ({ lastMessageAt: minutesAgo(index) })));
	expect([open.length, open[0]]).toEqual([SECTION_LIMITS.assistant, "row 0"]);
	const queued = many((index) => ({ status: "queued", queuedAt: minutesAgo(index) }));
	expect([arranged(queued).length, arranged(queued)[0]]).toEqual([WAITING_PAGE, "row 249"]);
	expect(arranged(queued, 300)).toHaveLength(250);
});

it("orders equal times the same way, whatever the initial order", () => {
	const rows = ["b", "c", "a"].map((id) => row(id, { lastMessageAt: minutesAgo(5) }));
	expect(arranged(rows)).toEqual(["a", "b", "c"]);
});

it.each([
	[null, 100],
	["", 100],
	["200", 200],
	["101", 200],
	["-5", 100],
	["1e9", 5_000],
	["Infinity", 100],
	["many", 100],
])("reads %j as a limit of %i waiting customers", (text, limit) => {
	expect(waitingLimit(text)).toBe(limit);
});
