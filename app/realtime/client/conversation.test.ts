import fc from "fast-check";
import { expect, it } from "vitest";
import type { ChatEvent, Message, Session } from "../events.ts";
import {
	applyAcknowledged,
	applyEvent,
	beginConversation,
	type Conversation,
	type Incoming,
} from "./conversation.ts";

const SESSION = "5a2f7c1e-0000-4000-8000-000000000001";

function message(seq: number, over: Partial<Message> = {}): Message {
	return {
		id: `m${seq}`,
		sessionId: SESSION,
		seq,
		clientMessageId: seq % 2 === 1 ? `c${seq}` : null,
		senderType: seq % 2 === 1 ? "user" : "bot",
		senderName: null,
		message: `words ${seq}`,
		messageType: "text",
		metadata: {},
		isRead: false,
		sentAt: "2026-01-01T00:00:00.000Z",
		...over,
	};
}

const arrives = (seq: number, over: Partial<Message> = {}): Incoming => ({
	id: `epoch1.p${seq}`,
	event: { type: "new-message", data: { stream: "public", seq, message: message(seq, over) } },
});

const empty = () =>
	beginConversation({
		sessionId: SESSION,
		session: null,
		messages: [],
		cursor: "epoch1.p0",
		applied: { public: 0, internal: 0 },
	});

const apply = (state: Conversation, ...events: Incoming[]) =>
	events.reduce((known, event) => applyEvent(known, event, 0), state);

it("ends in the same state whatever the interleaving of acknowledgement, stream, replay, poll and duplicate", () => {
	const total = 8;
	const steps = fc.array(
		fc.oneof(
			fc.record({ kind: fc.constant("event" as const), seq: fc.integer({ min: 1, max: total }) }),
			fc.record({ kind: fc.constant("ack" as const), seq: fc.integer({ min: 1, max: total }) }),
			fc.record({ kind: fc.constant("sync" as const), seq: fc.integer({ min: 1, max: total }) }),
		),
		{ maxLength: 60 },
	);
	fc.assert(
		fc.property(steps, (plan) => {
			let state = empty();
			for (const { kind, seq } of plan) {
				if (kind === "event") state = apply(state, arrives(seq));
				if (kind === "ack") state = applyAcknowledged(state, message(seq));
				// A catch-up brings what follows the last place, as far as the server has got.
				if (kind === "sync") {
					for (let next = state.applied.public + 1; next <= seq; next += 1)
						state = apply(state, arrives(next));
				}
				expect(state.cursor).toBe(`epoch1.p${state.applied.public}`);
			}
			for (let next = state.applied.public + 1; next <= total; next += 1) state = apply(state, arrives(next));
			expect(state.messages.map((item) => item.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
			expect(state.applied.public).toBe(total);
		}),
	);
});

it("shows a hole instead of applying what lies behind it", () => {
	const state = apply(empty(), arrives(1), arrives(3));
	expect(state.messages.map((item) => item.seq)).toEqual([1]);
	expect(state.hasHole).toBe(true);
	expect(state.cursor).toBe("epoch1.p1");
});

it("does not move its place for an acknowledgement, so that what came before it is still fetched", () => {
	const state = applyAcknowledged(apply(empty(), arrives(1)), message(3));
	expect(state.applied.public).toBe(1);
	expect(apply(state, arrives(2), arrives(3)).messages.map((item) => item.seq)).toEqual([1, 2, 3]);
});

const delta = (messageId: string, offset: number, text: string): Incoming => ({
	id: null,
	event: { type: "ai-delta", data: { messageId, offset, text } },
});

it("joins the words of an answer by their offset and drops repeated and misplaced ones", () => {
	const state = apply(
		empty(),
		delta("a", 0, "Ten "),
		delta("a", 4, "days"),
		delta("a", 4, "days"),
		delta("a", 20, "lost before this"),
	);
	expect(state.live).toEqual({ messageId: "a", text: "Ten days" });
	expect(apply(state, delta("a", 0, "Ten days and")).live?.text).toBe("Ten days and");
});

it("never shows late words of an answer that was overtaken by the customer's next message", () => {
	const state = apply(
		empty(),
		arrives(1),
		delta("a", 0, "Old "),
		arrives(2, { id: "u2", senderType: "user" }),
		delta("a", 4, "words"),
	);
	expect(state.live).toBeNull();
	expect(apply(state, delta("a", 0, "Old words")).live).toBeNull();
	expect(apply(state, delta("b", 0, "New")).live?.text).toBe("New");
});

it("falls silent when an agent takes over", () => {
	const session = { status: "agent", tags: [], intent: null } as unknown as Session;
	const taken: ChatEvent = { type: "session-updated", data: { stream: "public", seq: 1, session } };
	const state = apply(empty(), delta("a", 0, "I think"), { id: "epoch1.p1", event: taken });
	expect(state.live).toBeNull();
	expect(apply(state, delta("a", 7, " that")).live).toBeNull();
});

it("keeps the agents' own notes on a session when the customers' view of it follows", () => {
	const seen = (stream: "public" | "internal", intent: string | null): Incoming => ({
		id: null,
		event: {
			type: "session-updated",
			data: {
				stream,
				seq: 1,
				session: { status: "queued", tags: intent ? ["vip"] : [], intent } as unknown as Session,
			},
		},
	});
	const state = apply(empty(), seen("internal", "track_order"), seen("public", null));
	expect(state.session).toMatchObject({ intent: "track_order", tags: ["vip"] });
});

it("replaces everything after a reset with the history that follows", () => {
	const history: ChatEvent = { type: "chat-history", data: { messages: [message(7), message(8)] } };
	const state = apply(
		apply(empty(), arrives(1), arrives(2)),
		{ id: null, event: { type: "reset", data: { reason: "epoch" } } },
		{ id: "epoch2.p8", event: history },
	);
	expect(state.messages.map((item) => item.seq)).toEqual([7, 8]);
	expect(state.applied.public).toBe(8);
	expect(state.cursor).toBe("epoch2.p8");
});
