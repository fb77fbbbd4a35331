import { type ChatEvent, HISTORY_LIMIT, type Message, type Session, type StreamName } from "../events.ts";
import type { Conversation } from "./conversation-state.ts";
import { applyHistory, insertMessage, isBeforeLoadedMessages } from "./history.ts";

/** An event as it arrives over any transport. */
export type Incoming = { id: string | null; event: ChatEvent };

const MAX_SUPERSEDED = 20;
/** Most updates of messages that are not loaded which a page keeps: as many as two pages of older messages have. */
const UNLOADED_LIMIT = 2 * HISTORY_LIMIT;

/** The state of a session with which the page was rendered. */
export function beginConversation(initial: {
	sessionId: string | null;
	session: Session | null;
	messages: Message[];
	cursor: string | null;
	applied: Record<StreamName, number>;
	hasOlder: boolean;
}): Conversation {
	return {
		...initial,
		updatedUnloaded: [],
		live: null,
		superseded: [],
		isThinking: false,
		typing: null,
		presence: { agent: null, customer: null },
		hasGap: false,
		needsReload: false,
	};
}

/**
 * Applies one event to the state of a session. The next event of its stream changes the state, an older event does
 * nothing, and a later event marks a gap.
 */
export function applyEvent(state: Conversation, { id, event }: Incoming, now: number): Conversation {
	switch (event.type) {
		case "new-message":
		case "message-updated":
		case "session-updated":
		case "chat-ended": {
			const { stream, seq } = event.data;
			if (seq <= state.applied[stream]) return state;
			if (seq > state.applied[stream] + 1) return { ...state, hasGap: true };
			const moved = { ...state, applied: { ...state.applied, [stream]: seq }, cursor: id ?? state.cursor };
			return "message" in event.data
				? applyMessage(moved, event.data.message, event.type === "new-message")
				: applySession(moved, event.data.session, stream);
		}
		case "chat-history":
			return applyHistory(state, id, event.data.messages);
		case "ai-delta":
			return applyDelta(state, event.data);
		case "ai-thinking":
			if (state.session?.isActive === false) return state;
			return { ...state, isThinking: event.data.on };
		case "user-typing":
		case "agent-typing":
			if (state.session?.isActive === false) return state;
			return { ...state, typing: event.data.on ? { name: event.data.name ?? null, since: now } : null };
		case "agent-presence":
			return { ...state, presence: { ...state.presence, agent: event.data.on } };
		case "customer-presence":
			return { ...state, presence: { ...state.presence, customer: event.data.on } };
		case "reset":
			return { ...state, needsReload: true, live: null };
		default:
			return state;
	}
}

/**
 * Shows a message that the server has acknowledged. The cursor does not change, because the stream will deliver the
 * message too.
 */
export function applyAcknowledged(state: Conversation, message: Message): Conversation {
	const sessionId = state.sessionId ?? message.sessionId;
	// A message before the oldest loaded one, for example of a closed tab, belongs to an older page and is not shown.
	if (isBeforeLoadedMessages(state, message)) return { ...state, sessionId };
	return { ...state, sessionId, messages: insertMessage(state.messages, message, false) };
}

/**
 * Ephemeral events that describe the live part of the shown state (live answer, "thinking", presence), for another
 * tab: the event log does not contain it.
 */
export function ephemeralEvents({ live, isThinking, presence }: Conversation): ChatEvent[] {
	const events: ChatEvent[] = [];
	if (isThinking) events.push({ type: "ai-thinking", data: { on: true } });
	if (live)
		events.push({ type: "ai-delta", data: { messageId: live.messageId, offset: 0, text: live.text } });
	if (presence.agent !== null) events.push({ type: "agent-presence", data: { on: presence.agent } });
	if (presence.customer !== null) events.push({ type: "customer-presence", data: { on: presence.customer } });
	return events;
}

function applyMessage(state: Conversation, message: Message, isNew: boolean): Conversation {
	if (!isNew && !state.messages.some((known) => known.id === message.id)) {
		const others = state.updatedUnloaded.filter((known) => known.id !== message.id);
		return { ...state, updatedUnloaded: [...others, message].slice(-UNLOADED_LIMIT) };
	}
	const messages = insertMessage(state.messages, message, true);
	if (!isNew) return { ...state, messages };
	const endsTyping = message.senderType === "agent" || message.senderType === "user";
	return {
		...removeLiveAnswer(state, message.id),
		messages,
		isThinking: false,
		typing: endsTyping ? null : state.typing,
	};
}

function applySession(state: Conversation, session: Session, stream: StreamName): Conversation {
	// Agents read both streams; the internal one has more fields, which the public one must not overwrite.
	const merged =
		stream === "public" && state.session ? { ...session, ...agentOnlyFields(state.session) } : session;
	const withoutLiveAnswer =
		session.status === "assistant" ? state : { ...removeLiveAnswer(state, null), isThinking: false };
	return { ...withoutLiveAnswer, session: merged, typing: session.isActive ? state.typing : null };
}

/** The fields that `sessionForCustomer` removes from a session. */
const agentOnlyFields = ({ tags, intent, agentId, handover }: Session) => ({
	tags,
	intent,
	agentId,
	handover,
});

/** Ends the live answer, because it has become a message or was superseded. */
function removeLiveAnswer(state: Conversation, finishedId: string | null): Conversation {
	if (!state.live)
		return finishedId ? { ...state, superseded: addSuperseded(state.superseded, finishedId) } : state;
	return { ...state, live: null, superseded: addSuperseded(state.superseded, state.live.messageId) };
}

const addSuperseded = (ids: string[], id: string): string[] => [...ids.slice(1 - MAX_SUPERSEDED), id];

function applyDelta(
	state: Conversation,
	delta: { messageId: string; offset: number; text: string },
): Conversation {
	if (state.superseded.includes(delta.messageId)) return state;
	if (state.messages.some((message) => message.id === delta.messageId)) return state;
	if (delta.offset === 0) {
		return { ...state, isThinking: false, live: { messageId: delta.messageId, text: delta.text } };
	}
	if (state.live?.messageId !== delta.messageId || delta.offset !== state.live.text.length) return state;
	return { ...state, isThinking: false, live: { ...state.live, text: state.live.text + delta.text } };
}
