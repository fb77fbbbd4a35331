import { expect, it } from "vitest";
import { titleWithCount } from "#app/components/use-title-count.ts";
import type { Inbox, InboxEntry } from "#app/realtime/events.ts";
import { countAttention, waitKey } from "./attention.ts";
import { mergeInbox } from "./use-inbox.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 27, 12, minute)).toISOString();

const row = (sessionId: string, change: Partial<InboxEntry> = {}): InboxEntry => ({
	sessionId,
	status: "assistant",
	priority: "normal",
	customerName: null,
	intent: null,
	language: "en",
	queueReason: null,
	queuedAt: null,
	startedAt: at(0),
	endedAt: null,
	lastMessageAt: at(1),
	lastMessage: "Hello",
	lastSender: "user",
	lastSenderName: null,
	agentId: null,
	agentName: null,
	unread: 0,
	version: 1,
	...change,
});
const waits = (sessionId: string, minute: number) =>
	row(sessionId, { status: "queued", queuedAt: at(minute) });
const inbox = (...entries: InboxEntry[]): Inbox => ({
	entries,
	waiting: entries.filter((entry) => entry.status === "queued").length,
});
const ids = ({ entries }: Inbox) => entries.map((entry) => entry.sessionId);
const part = { isWhole: false, waitingLimit: 100 };
const whole = { isWhole: true, waitingLimit: 100 };

it("moves a row to its new position when its session changes", () => {
	const known = inbox(waits("w", 5), row("a", { lastMessageAt: at(9) }), row("b", { lastMessageAt: at(3) }));
	const written = row("b", { lastMessageAt: at(10), version: 2 });
	expect(ids(mergeInbox(known, { entries: [written], waiting: 1 }, part))).toEqual(["w", "b", "a"]);
	const asked = { ...waits("b", 10), version: 2 };
	expect(ids(mergeInbox(known, { entries: [asked], waiting: 2 }, part))).toEqual(["w", "b", "a"]);
});

it("does not replace a newer row by an older one, and removes rows that a complete list does not contain", () => {
	const known = inbox(row("a", { version: 3, lastMessage: "New" }), row("gone"));
	const merged = mergeInbox(known, inbox(row("a", { version: 2, lastMessage: "Old" })), whole);
	expect(merged.entries).toMatchObject([{ sessionId: "a", lastMessage: "New" }]);
});

it("does not list a session that the server would not list: an old session that was rated just now", () => {
	const rated = row("old", { status: "ended", endedAt: "2026-01-01T00:00:00Z", version: 2 });
	expect(ids(mergeInbox(inbox(row("a")), { entries: [rated], waiting: 0 }, part))).toEqual(["a"]);
});

it("counts queued sessions that were not opened, and unread messages of the agent's sessions", () => {
	const list = inbox(
		waits("w1", 1),
		waits("w2", 2),
		row("mine", { status: "agent", agentId: "ana", unread: 2 }),
		row("ben's", { status: "agent", agentId: "ben", unread: 5 }),
		row("assistant's", { unread: 7 }),
	);
	expect(countAttention(list, "ana", new Set())).toBe(4);
	expect(countAttention(list, "ana", new Set([waitKey(waits("w1", 1))]))).toBe(3);
	const again = waits("w1", 30);
	expect(countAttention(inbox(again), "ana", new Set([waitKey(waits("w1", 1))]))).toBe(1);
	expect([titleWithCount("List", 0), titleWithCount("List", 4)]).toEqual(["List", "(4) List"]);
});
