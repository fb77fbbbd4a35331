import { HISTORY_LIMIT, type Message, type StreamName } from "../events.ts";
import type { Conversation } from "./conversation.ts";

/**
 * Puts an older page of the history in front.
 * @param before the sequence that the page was asked for; a page for another place than the present beginning
 *   would leave a gap and changes nothing.
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

/** Applies the newest messages as they were at the event's place in the log. */
export function applyHistory(state: Conversation, id: string | null, messages: Message[]): Conversation {
	const place = placeOf(id);
	const applied = { ...state.applied, ...place };
	const mayHaveOlder = messages.length >= HISTORY_LIMIT;
	if (state.needsReload) {
		return {
			...state,
			messages,
			hasOlder: mayHaveOlder,
			updatedUnloaded: [],
			applied,
			cursor: id,
			hasHole: false,
			needsReload: false,
		};
	}
	// It came by a slower way than what is shown: it may fill in, and changes nothing that is newer.
	if ((place.public ?? 0) < state.applied.public) {
		const loaded = messages.filter((message) => !isUnloaded(state, message));
		return {
			...state,
			messages: loaded.reduce((all, message) => putMessage(all, message, false), state.messages),
		};
	}
	// What has been acknowledged since then stays. Older messages stay only if nothing was skipped: among what was
	// skipped may be messages that come before this history, and updates of older ones.
	const first = messages[0]?.seq ?? 0;
	const last = place.public ?? Number.POSITIVE_INFINITY;
	const isWhole = place.public === state.applied.public;
	const older = isWhole ? state.messages.filter((message) => message.seq < first) : [];
	const newer = state.messages.filter((message) => message.seq > last);
	return {
		...state,
		messages: [...older, ...messages, ...newer],
		hasOlder: isWhole ? state.hasOlder : mayHaveOlder,
		cursor: id ?? state.cursor,
		applied,
		hasHole: false,
	};
}

/** Whether a message is before the oldest loaded one, so that showing it would leave a gap after it. */
export function isUnloaded({ messages, hasOlder }: Conversation, message: Message): boolean {
	const first = messages[0];
	return hasOlder && first !== undefined && message.seq < first.seq;
}

/**
 * Puts a message in its place by sequence.
 * @param isNewer whether it replaces the known state of the same message.
 */
export function putMessage(messages: Message[], message: Message, isNewer: boolean): Message[] {
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

/** The sequences in a cursor. Cursors are opaque to everybody else; this module ships with the server that makes them. */
export function placeOf(id: string | null): Partial<Record<StreamName, number>> {
	const match = id ? /\.p(\d+)(?:\.i(\d+))?$/.exec(id) : null;
	if (!match) return {};
	return { public: Number(match[1]), ...(match[2] === undefined ? {} : { internal: Number(match[2]) }) };
}
