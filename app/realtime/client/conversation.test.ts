import fc from "fast-check";
import { expect, it } from "vitest";
import type { ChatEvent, Message, Session } from "../events.ts";
import { applyAcknowledged, applyEvent, beginConversation, type Incoming } from "./conversation.ts";
import type { Conversation } from "./conversation-state.ts";

const SESSION_ID = "5a2f7c1e-0000-4000-8000-000000000001";

function message(seq: number, over: Partial<Message> = {}): Message {
	return {
		id: `m${seq}`,
		sessionId: SESSION_ID,
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
		sessionId: SESSION_ID,
		session: null,
		messages: [],
		cursor: "epoch1.p0",
		applied: { public: 0, internal: 0 },
		hasOlder: false,
	});

const apply = (state: Conversation, ...events: Incoming[]) =>
	events.reduce((known, event) => applyEvent(known, event, 0), state);

/**
 * The server's event log: new messages, and updates of earlier ones in between. Every transport delivers this log.
 */
const LOG: { seq: number; incoming: Incoming }[] = [];
const UPDATES: Record<number, number> = { 4: 1, 7: 5, 9: 1 };
for (let seq = 1; seq <= 12; seq += 1) {
	const of = UPDATES[seq];
	const event: ChatEvent = of
		? {
				type: "message-updated",
				data: { stream: "public", seq, message: message(of, { isRead: true, message: `changed at ${seq}` }) },
			}
		: { type: "new-message", data: { stream: "public", seq, message: message(seq) } };
	LOG.push({ seq, incoming: { id: `epoch1.p${seq}`, event } });
}

/** The messages as the server would list them at a position of the event log. */
function messagesAt(position: number): Message[] {
	const known = new Map<string, Message>();
	for (const { seq, incoming } of LOG) {
		if (seq <= position && "message" in incoming.event.data)
			known.set(incoming.event.data.message.id, incoming.event.data.message);
	}
	return [...known.values()].sort((a, b) => a.seq - b.seq);
}

const historyAt = (position: number): Incoming => ({
	id: `epoch1.p${position}`,
	event: { type: "chat-history", data: { messages: messagesAt(position) } },
});

const between = (after: number, upTo: number) =>
	LOG.filter(({ seq }) => seq > after && seq <= upTo).map(({ incoming }) => incoming);

type Step =
	/** One event from a stream, another tab or a probe: any event, at any time, any number of times. */
	| { kind: "event"; at: number }
	/** The server's answer to a posted message. */
	| { kind: "ack"; at: number }
	/** The events after the page's own cursor: a poll, a sync, or a stream that resumes. */
	| { kind: "resume"; at: number }
	/** The events after an older cursor: requested earlier, answered late. */
	| { kind: "late answer"; at: number; from: number }
	/** A transport that started without a cursor. */
	| { kind: "history"; at: number };

const position = fc.integer({ min: 1, max: LOG.length });
const step: fc.Arbitrary<Step> = fc.oneof(
	fc.record({ kind: fc.constant("event" as const), at: position }),
	fc.record({ kind: fc.constant("ack" as const), at: position }),
	fc.record({ kind: fc.constant("resume" as const), at: position }),
	fc.record({ kind: fc.constant("late answer" as const), at: position, from: position }),
	fc.record({ kind: fc.constant("history" as const), at: position }),
);

function applyStep(state: Conversation, step: Step): Conversation {
	switch (step.kind) {
		case "event":
			return apply(state, ...between(step.at - 1, step.at));
		case "ack":
			// Only new messages are posted, not updates; an acknowledgement contains the message as it was first written.
			return UPDATES[step.at] ? state : applyAcknowledged(state, message(step.at));
		case "resume":
			return apply(state, ...between(state.applied.public, step.at));
		case "late answer":
			return apply(state, ...between(Math.min(step.from, state.applied.public), step.at));
		case "history":
			return apply(state, historyAt(step.at));
	}
}

it("ends in the same state for any interleaving of acknowledgement, stream, replay, poll, other transport and duplicate", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (plan) => {
			let state = empty();
			for (const step of plan) {
				const before = state.applied.public;
				state = applyStep(state, step);
				expect(state.applied.public, "never goes back").toBeGreaterThanOrEqual(before);
				expect(state.cursor).toBe(`epoch1.p${state.applied.public}`);
				const seqs = state.messages.map((item) => item.seq);
				expect(seqs, "in order, each once").toEqual([...new Set(seqs)].sort((a, b) => a - b));
				// All shown messages up to the state's cursor must be complete, and as new as the cursor.
				const known = messagesAt(state.applied.public);
				expect(state.messages.filter((item) => item.seq <= state.applied.public)).toEqual(known);
			}
			state = applyStep(state, { kind: "resume", at: LOG.length });
			expect(state.messages).toEqual(messagesAt(LOG.length));
			expect(state.applied.public).toBe(LOG.length);
		}),
		{ numRuns: 500 },
	);
});

it("ends in the state of the new database after a reset, whatever the old state was", () => {
	const plans = fc.array(step, { maxLength: 20 });
	fc.assert(
		fc.property(plans, plans, position, (plan, after, at) => {
			let state = plan.reduce(applyStep, empty());
			state = apply(state, { id: null, event: { type: "reset", data: { reason: "epoch" } } }, historyAt(at));
			expect(state.messages).toEqual(messagesAt(at));
			expect(state.applied.public).toBe(at);
			state = applyStep(after.reduce(applyStep, state), { kind: "resume", at: LOG.length });
			expect(state.messages).toEqual(messagesAt(LOG.length));
		}),
	);
});

it("marks a gap and does not apply the events after it", () => {
	const state = apply(empty(), arrives(1), arrives(3));
	expect(state.messages.map((item) => item.seq)).toEqual([1]);
	expect(state.hasGap).toBe(true);
	expect(state.cursor).toBe("epoch1.p1");
});

it("does not move its cursor for an acknowledgement, so that earlier events are still fetched", () => {
	const state = applyAcknowledged(apply(empty(), arrives(1)), message(3));
	expect(state.applied.public).toBe(1);
	expect(apply(state, arrives(2), arrives(3)).messages.map((item) => item.seq)).toEqual([1, 2, 3]);
});

const delta = (messageId: string, offset: number, text: string): Incoming => ({
	id: null,
	event: { type: "ai-delta", data: { messageId, offset, text } },
});

it("joins the text of an answer by offset and drops repeated and misplaced parts", () => {
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

it("never shows late text of an answer that the customer's next message superseded", () => {
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

it("removes the live answer when an agent takes over", () => {
	const session = { status: "agent", tags: [], intent: null } as unknown as Session;
	const taken: ChatEvent = { type: "session-updated", data: { stream: "public", seq: 1, session } };
	const state = apply(empty(), delta("a", 0, "I think"), { id: "epoch1.p1", event: taken });
	expect(state.live).toBeNull();
	expect(apply(state, delta("a", 7, " that")).live).toBeNull();
});

it("ends typing and thinking with the session, and ignores later signals", () => {
	const session = { status: "ended", isActive: false, tags: [], intent: null } as unknown as Session;
	const typing: Incoming = { id: null, event: { type: "agent-typing", data: { on: true, name: "Ana" } } };
	const thinking: Incoming = { id: null, event: { type: "ai-thinking", data: { on: true } } };
	const ended: ChatEvent = { type: "chat-ended", data: { stream: "public", seq: 1, session } };
	const state = apply(empty(), typing, thinking, { id: "epoch1.p1", event: ended });
	expect(state).toMatchObject({ typing: null, isThinking: false });
	expect(apply(state, typing, thinking)).toMatchObject({ typing: null, isThinking: false });
});

it("keeps the agent-only fields of a session when the public event follows", () => {
	const handover = { summary: "Waits for a parcel.", intent: "track_order", tried: [] };
	const seen = (stream: "public" | "internal", intent: string | null): Incoming => ({
		id: null,
		event: {
			type: "session-updated",
			data: {
				stream,
				seq: 1,
				session: {
					status: "queued",
					tags: intent ? ["vip"] : [],
					intent,
					handover: intent ? handover : null,
				} as unknown as Session,
			},
		},
	});
	const state = apply(empty(), seen("internal", "track_order"), seen("public", null));
	expect(state.session).toMatchObject({ intent: "track_order", tags: ["vip"], handover });
});

it("replaces the state after a reset with the next history", () => {
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
