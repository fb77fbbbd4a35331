import { HISTORY_LIMIT, type Message, type StreamName } from "../events.ts";
import type { Conversation } from "./conversation-state.ts";

/**
 * Adds a page of older messages before the loaded ones.
 * @param before the sequence before which the page was requested; if this is not the sequence of the first loaded
 * message, the page would leave a gap and changes nothing.
 * @param hasOlder whether there are messages before this page.
 */
export function prependMessages(
	state: Conversation,
	before: number,
	older: Message[],
	hasOlder: boolean,
): Conversation {
	if (state.messages[0]?.seq !== before) return state;
	const updated = new Map(state.updatedUnloaded.map((message) => [message.id, message]));
	const page = older
		.filter((message) => message.seq < before)
		.map((message) => updated.get(message.id) ?? message);
	return { ...state, messages: [...page, ...state.messages], hasOlder };
}

/** Applies a `chat-history` event: the newest messages, as they were at the event's cursor. */
export function applyHistory(state: Conversation, id: string | null, messages: Message[]): Conversation {
	const sequences = sequencesOf(id);
	const applied = { ...state.applied, ...sequences };
	const mayHaveOlder = messages.length >= HISTORY_LIMIT;
	if (state.needsReload) {
		return {
			...state,
			messages,
			hasOlder: mayHaveOlder,
			updatedUnloaded: [],
			applied,
			cursor: id,
			hasGap: false,
			needsReload: false,
		};
	}
	// If the history is older than the shown state, it may add missing messages, but it changes no newer message.
	if ((sequences.public ?? 0) < state.applied.public) {
		const loaded = messages.filter((message) => !isBeforeLoadedMessages(state, message));
		return {
			...state,
			messages: loaded.reduce((all, message) => insertMessage(all, message, false), state.messages),
		};
	}
	// Messages that were acknowledged after the history was read stay. Messages before the history stay only if no
	// event was skipped, because skipped events may contain updates of them.
	const first = messages[0]?.seq ?? 0;
	const last = sequences.public ?? Number.POSITIVE_INFINITY;
	const isWhole = sequences.public === state.applied.public;
	const older = isWhole ? state.messages.filter((message) => message.seq < first) : [];
	const newer = state.messages.filter((message) => message.seq > last);
	return {
		...state,
		messages: [...older, ...messages, ...newer],
		hasOlder: isWhole ? state.hasOlder : mayHaveOlder,
		cursor: id ?? state.cursor,
		applied,
		hasGap: false,
	};
}

/** Whether a message is before the oldest loaded message, so that showing it would leave a gap. */
export function isBeforeLoadedMessages({ messages, hasOlder }: Conversation, message: Message): boolean {
	const first = messages[0];
	return hasOlder && first !== undefined && message.seq < first.seq;
}

/**
 * Inserts a message by its sequence.
 * @param isNewer whether the given state of the message replaces the known state.
 */
export function insertMessage(messages: Message[], message: Message, isNewer: boolean): Message[] {
	const index = messages.findIndex((known) => known.id === message.id);
	if (index !== -1) {
		if (!isNewer) return messages;
		const next = [...messages];
		next[index] = message;
		return next;
	}
	const after = messages.findLastIndex((known) => known.seq < message.seq);
	return [...messages.slice(0, after + 1), message, ...messages.slice(after + 1)];
}

/** The sequences in a cursor. Cursors are opaque to other clients; this module is deployed with the server that makes them. */
export function sequencesOf(id: string | null): Partial<Record<StreamName, number>> {
	const match = id ? /\.p(\d+)(?:\.i(\d+))?$/.exec(id) : null;
	if (!match) return {};
	return { public: Number(match[1]), ...(match[2] === undefined ? {} : { internal: Number(match[2]) }) };
}
