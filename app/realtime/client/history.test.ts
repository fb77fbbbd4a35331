import fc from "fast-check";
import { expect, it } from "vitest";
import { type ChatEvent, HISTORY_LIMIT, type Message } from "../events.ts";
import { applyAcknowledged, applyEvent, beginConversation } from "./conversation.ts";
import type { Conversation } from "./conversation-state.ts";
import { prependMessages } from "./history.ts";

/**
 * The content of an event log at each sequence: null for a new message, or the index of the message that is updated.
 */
type Log = (number | null)[];

function message(seq: number, change: string): Message {
	return {
		id: `m${seq}`,
		sessionId: "5a2f7c1e-0000-4000-8000-000000000001",
		seq,
		clientMessageId: `c${seq}`,
		senderType: seq % 2 === 1 ? "user" : "bot",
		senderName: null,
		message: `words ${seq}${change}`,
		messageType: "text",
		metadata: {},
		isRead: false,
		sentAt: "2026-01-01T00:00:00.000Z",
	};
}

/** The event log as events, and the messages that the server would list at each sequence. */
function serverWith(log: Log) {
	const events: ChatEvent[] = [];
	const states: Message[][] = [[]];
	for (const [index, target] of log.entries()) {
		const seq = index + 1;
		const known = states.at(-1) ?? [];
		const updated = target === null || known.length === 0 ? null : known[target % known.length];
		const changed = message(updated?.seq ?? seq, updated ? ` changed at ${seq}` : "");
		events.push({
			type: updated ? "message-updated" : "new-message",
			data: { stream: "public", seq, message: changed },
		});
		states.push(updated ? known.map((one) => (one.id === changed.id ? changed : one)) : [...known, changed]);
	}
	const at = (position: number) => states[Math.min(position, log.length)] ?? [];
	return {
		at,
		events: (after: number, upTo: number) =>
			events.slice(after, upTo).map((event, index) => ({ id: `e.p${after + index + 1}`, event })),
		history: (position: number) => ({
			id: `e.p${position}`,
			event: { type: "chat-history", data: { messages: at(position).slice(-HISTORY_LIMIT) } } as ChatEvent,
		}),
		olderPage(position: number, before: number) {
			const older = at(position).filter(({ seq }) => seq < before);
			return { messages: older.slice(-HISTORY_LIMIT), hasOlder: older.length > HISTORY_LIMIT };
		},
		pageAt(position: number): Conversation {
			return beginConversation({
				sessionId: message(1, "").sessionId,
				session: null,
				messages: at(position).slice(-HISTORY_LIMIT),
				cursor: `e.p${position}`,
				applied: { public: position, internal: 0 },
				hasOlder: at(position).length > HISTORY_LIMIT,
			});
		},
	};
}

type Step = {
	kind: "resume" | "stale events" | "history" | "ack" | "ask for older" | "older arrives";
	at: number;
};

const log: fc.Arbitrary<Log> = fc.array(fc.option(fc.nat(), { freq: 2 }), { minLength: 60, maxLength: 160 });
const step: fc.Arbitrary<Step> = fc.record({
	kind: fc.constantFrom("resume", "stale events", "history", "ack", "ask for older", "older arrives"),
	at: fc.nat(),
});

it("shows messages without a gap and keeps the link to earlier ones, whatever the order of events", () => {
	fc.assert(
		fc.property(log, fc.nat(), fc.array(step, { maxLength: 30 }), (log, start, plan) => {
			const server = serverWith(log);
			let state = server.pageAt(1 + (start % log.length));
			let asked: { before: number; page: ReturnType<typeof server.olderPage> } | null = null;
			const apply = (incoming: ReturnType<typeof server.history>[]) => {
				for (const one of incoming) state = applyEvent(state, one, 0);
			};
			const loadOlder = () => {
				const before = state.messages[0]?.seq ?? 0;
				const { messages, hasOlder } = server.olderPage(log.length, before);
				state = prependMessages(state, before, messages, hasOlder);
			};
			for (const { kind, at } of plan) {
				const position = 1 + (at % log.length);
				const { applied } = state;
				if (kind === "resume") apply(server.events(applied.public, position));
				if (kind === "stale events") apply(server.events(Math.min(position, applied.public), position));
				if (kind === "history") apply([server.history(position)]);
				if (kind === "ack") {
					const posted = server.at(log.length)[at % server.at(log.length).length];
					if (posted) state = applyAcknowledged(state, posted);
				}
				if (kind === "ask for older") {
					const before = state.messages[0]?.seq ?? 0;
					asked = { before, page: server.olderPage(Math.max(position, applied.public), before) };
				}
				if (kind === "older arrives" && asked) {
					state = prependMessages(state, asked.before, asked.page.messages, asked.page.hasOlder);
					asked = null;
				}
				const all = server.at(state.applied.public).map(({ seq }) => seq);
				const shown = state.messages.map(({ seq }) => seq).filter((seq) => seq <= state.applied.public);
				expect(shown, "without a gap").toEqual(all.slice(all.length - shown.length));
				if (shown.length < all.length) expect(state.hasOlder, "the link is there").toBe(true);
			}
			apply(server.events(state.applied.public, log.length));
			for (let pages = 0; state.hasOlder && pages < 10; pages += 1) loadOlder();
			expect(state.hasOlder).toBe(false);
			expect(state.messages).toEqual(server.at(log.length));
		}),
		{ numRuns: 100 },
	);
}, 30_000);

it("does not insert a message that is not loaded when it is updated, and shows its newest state once it is", () => {
	const server = serverWith([...Array<null>(60).fill(null), 0, 5, 59]);
	let state = server.pageAt(60);
	const older = server.olderPage(60, 11);
	for (const one of server.events(60, 63)) state = applyEvent(state, one, 0);
	expect(state.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 11));
	expect(state.messages.at(-1)?.message).toBe("words 60 changed at 63");
	expect(state.hasOlder).toBe(true);
	state = prependMessages(state, 11, older.messages, older.hasOlder);
	expect(state.messages).toEqual(server.at(63));
	expect(state.hasOlder).toBe(false);
});

it("replaces the shown messages when the newest ones do not follow them, and offers the earlier ones", () => {
	const server = serverWith(Array<null>(200).fill(null));
	const state = applyEvent(server.pageAt(40), server.history(200), 0);
	expect(state.messages).toEqual(server.at(200).slice(-HISTORY_LIMIT));
	expect(state.hasOlder).toBe(true);
});
