import { applyEvent, beginConversation } from "#app/realtime/client/conversation.ts";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import { type ChatEvent, eventSchema, type StreamName } from "#app/realtime/events.ts";
import type { ChatSession } from "../people.ts";
import { INTERNAL_MARK } from "../writers.ts";

/** A violation: its time and a description. */
export type Violation = { at: number; what: string };

/**
 * The ways in which a reader of the run is connected: the transports of the customer's page, and the agent's stream.
 */
export const TRANSPORTS = ["stream", "stream by POST", "long poll", "sync", "agent's stream"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/**
 * A simulated page that reads one session. The code of the real page decides which messages are shown; received
 * events are also recorded for the check at the end.
 */
export type Reader = {
	name: string;
	talk: ChatSession;
	transport: Transport;
	/** The state that the simulated page shows now. */
	state: Conversation;
	/** Time when each message was first shown, by the message's id. */
	shownAt: Map<string, number>;
	/** Messages in the order in which they were shown. */
	shown: { messageId: string; seq: number }[];
	/** Violations that this reader has found so far. */
	faults: Violation[];
	/** Number of gaps in the received events; after a gap the page fetches the missing events. */
	gaps: number;
	/** Number of connections that this reader has opened so far. */
	connections: number;
	/** Called with every change of the shown state. */
	watch?: (before: Conversation, after: Conversation) => void;
};

export function createReader(talk: ChatSession, transport: Transport, name: string): Reader {
	return {
		name,
		talk,
		transport,
		state: emptyPage(talk.sessionId),
		shownAt: new Map(),
		shown: [],
		faults: [],
		gaps: 0,
		connections: 0,
	};
}

const emptyPage = (sessionId: string) =>
	beginConversation({
		sessionId,
		session: null,
		messages: [],
		cursor: null,
		applied: { public: 0, internal: 0 },
		hasOlder: false,
	});

export const isAgentReader = (reader: Reader): boolean => reader.transport === "agent's stream";

/** The streams of the session that this reader may read. */
export const listReadableStreams = (reader: Reader): StreamName[] =>
	isAgentReader(reader) ? ["public", "internal"] : ["public"];

/** Applies one received event to the simulated page. @param json the event's data. */
export function receiveEvent(reader: Reader, id: string | null, type: string, json: string): void {
	if (!isAgentReader(reader) && (json.includes(INTERNAL_MARK) || json.includes('"stream":"internal"')))
		reportViolation(reader, `received what is internal: ${json.slice(0, 120)}`);
	const parsed = eventSchema.safeParse({ type, data: JSON.parse(json) });
	if (!parsed.success) {
		reportViolation(reader, `received no event of ours: ${type}`);
		return;
	}
	const event = parsed.data;
	if (event.type === "reset") reportViolation(reader, `was reset (${event.data.reason})`);
	const before = reader.state;
	reader.state = applyEvent(before, { id, event }, Date.now());
	if (reader.state.hasGap && !before.hasGap) {
		reader.gaps += 1;
		reportViolation(reader, `saw a hole before ${placeOf(event)}, being at ${placesOf(before)}`);
	}
	recordDurableEvent(reader, event, before);
	if (reader.state !== before) reader.watch?.(before, reader.state);
}

/** Counts a gap in the received events; called before the page fetches the missing events. */
export function fillGap(reader: Reader): void {
	reader.state = { ...reader.state, hasGap: false };
}

function recordDurableEvent(reader: Reader, event: ChatEvent, before: Conversation) {
	if (event.type === "new-message" && reader.state.applied.public > before.applied.public) {
		recordShownMessage(reader, event.data.message.id, event.data.message.seq);
	} else if (event.type === "chat-history") {
		for (const message of event.data.messages)
			if (!reader.shownAt.has(message.id)) recordShownMessage(reader, message.id, message.seq);
	}
}

function recordShownMessage(reader: Reader, messageId: string, seq: number) {
	if (reader.shownAt.has(messageId)) reportViolation(reader, `showed ${messageId} twice`);
	reader.shownAt.set(messageId, Date.now());
	reader.shown.push({ messageId, seq });
}

function reportViolation(reader: Reader, what: string): void {
	reader.faults.push({ at: Date.now(), what: `${reader.name} ${what}` });
}

const placesOf = ({ applied }: Conversation) => `${applied.public}/${applied.internal}`;
const placeOf = (event: ChatEvent) =>
	"seq" in event.data ? `${event.data.stream} ${event.data.seq}` : event.type;
