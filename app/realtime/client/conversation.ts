import { type ChatEvent, HISTORY_LIMIT, type Message, type Session, type StreamName } from "../events.ts";
import { applyHistory, isUnloaded, putMessage } from "./history.ts";

/**
 * What a page knows of one conversation, and how each event changes it. Pure, so that any interleaving of
 * acknowledgement, stream, replay, poll and duplicate can be tried: all must end in the same state.
 */
export type Conversation = {
	sessionId: string | null;
	session: Session | null;
	/**
	 * By sequence, oldest first; each message once. Without gaps up to `applied`, from the oldest loaded message
	 * on; after it there may be own messages that the server has acknowledged before their event came.
	 */
	messages: Message[];
	/** Whether the conversation has messages before the oldest loaded one. */
	hasOlder: boolean;
	/**
	 * Newest state of messages that are not loaded, one for each. An older page that was read before an update
	 * may arrive after it.
	 */
	updatedUnloaded: Message[];
	/** Newest sequence applied in each stream. */
	applied: Record<StreamName, number>;
	/** Cursor of the newest event applied, to resume from. */
	cursor: string | null;
	/** The answer being written, word by word. */
	live: { messageId: string; text: string } | null;
	/** Answers that were overtaken: late words of theirs are never shown. */
	overtaken: string[];
	isThinking: boolean;
	/** Who types on the other side; null for nobody. The page lets it expire. */
	typing: { name: string | null; since: number } | null;
	/** Whether the agent and the customer have the conversation open; null while nobody has said. */
	isHere: { agent: boolean | null; customer: boolean | null };
	/** An event came that does not follow the last one: what is between must be fetched. */
	hasHole: boolean;
	/** The place could not be continued: what is shown must be loaded anew. */
	needsReload: boolean;
};

/** Events as they come off any transport. */
export type Incoming = { id: string | null; event: ChatEvent };

const MOST_OVERTAKEN = 20;
/** Updates of unloaded messages that are kept: two older pages of them. */
const UNLOADED_LIMIT = 2 * HISTORY_LIMIT;

/** A conversation as the page was rendered with it. */
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
		overtaken: [],
		isThinking: false,
		typing: null,
		isHere: { agent: null, customer: null },
		hasHole: false,
		needsReload: false,
	};
}

/** Applies one event: the next in its stream changes the state, an old one nothing, a later one shows a hole. */
export function applyEvent(state: Conversation, { id, event }: Incoming, now: number): Conversation {
	switch (event.type) {
		case "new-message":
		case "message-updated":
		case "session-updated":
		case "chat-ended": {
			const { stream, seq } = event.data;
			if (seq <= state.applied[stream]) return state;
			if (seq > state.applied[stream] + 1) return { ...state, hasHole: true };
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
			return { ...state, isHere: { ...state.isHere, agent: event.data.on } };
		case "customer-presence":
			return { ...state, isHere: { ...state.isHere, customer: event.data.on } };
		case "reset":
			return { ...state, needsReload: true, live: null };
		default:
			return state;
	}
}

/** Shows a message the server has acknowledged. It does not move the place: the stream will bring it too. */
export function applyAcknowledged(state: Conversation, message: Message): Conversation {
	const sessionId = state.sessionId ?? message.sessionId;
	// Sent long ago, as from a tab that was closed: it is on an older page.
	if (isUnloaded(state, message)) return { ...state, sessionId };
	return { ...state, sessionId, messages: putMessage(state.messages, message, false) };
}

/** The events that would bring somebody who has the log to what is shown besides: nothing of it is replayed. */
export function passingEvents({ live, isThinking, isHere }: Conversation): ChatEvent[] {
	const events: ChatEvent[] = [];
	if (isThinking) events.push({ type: "ai-thinking", data: { on: true } });
	if (live)
		events.push({ type: "ai-delta", data: { messageId: live.messageId, offset: 0, text: live.text } });
	if (isHere.agent !== null) events.push({ type: "agent-presence", data: { on: isHere.agent } });
	if (isHere.customer !== null) events.push({ type: "customer-presence", data: { on: isHere.customer } });
	return events;
}

function applyMessage(state: Conversation, message: Message, isNew: boolean): Conversation {
	if (!isNew && !state.messages.some((known) => known.id === message.id)) {
		const others = state.updatedUnloaded.filter((known) => known.id !== message.id);
		return { ...state, updatedUnloaded: [...others, message].slice(-UNLOADED_LIMIT) };
	}
	const messages = putMessage(state.messages, message, true);
	if (!isNew) return { ...state, messages };
	const endsTyping = message.senderType === "agent" || message.senderType === "user";
	return {
		...overtake(state, message.id),
		messages,
		isThinking: false,
		typing: endsTyping ? null : state.typing,
	};
}

function applySession(state: Conversation, session: Session, stream: StreamName): Conversation {
	// Agents hear both; the internal one says more and must not be overwritten by the customers' view.
	const merged = stream === "public" && state.session ? { ...session, ...agentsOwn(state.session) } : session;
	const silenced = session.status === "assistant" ? state : { ...overtake(state, null), isThinking: false };
	return { ...silenced, session: merged, typing: session.isActive ? state.typing : null };
}

/** What `forCustomer` takes out of a session. */
const agentsOwn = ({ tags, intent, agentId, handover }: Session) => ({ tags, intent, agentId, handover });

/** The words being written are over: either they have become the message, or something has overtaken them. */
function overtake(state: Conversation, finishedId: string | null): Conversation {
	if (!state.live) return finishedId ? { ...state, overtaken: remember(state.overtaken, finishedId) } : state;
	return { ...state, live: null, overtaken: remember(state.overtaken, state.live.messageId) };
}

const remember = (ids: string[], id: string): string[] => [...ids.slice(1 - MOST_OVERTAKEN), id];

function applyDelta(
	state: Conversation,
	delta: { messageId: string; offset: number; text: string },
): Conversation {
	if (state.overtaken.includes(delta.messageId)) return state;
	if (state.messages.some((message) => message.id === delta.messageId)) return state;
	if (delta.offset === 0) {
		return { ...state, isThinking: false, live: { messageId: delta.messageId, text: delta.text } };
	}
	if (state.live?.messageId !== delta.messageId || delta.offset !== state.live.text.length) return state;
	return { ...state, isThinking: false, live: { ...state.live, text: state.live.text + delta.text } };
}
