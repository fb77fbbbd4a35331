import { setTimeout as delay } from "node:timers/promises";
import { logBackgroundFailure } from "#app/background-work.server.ts";
import { DomainError } from "#app/models/errors.ts";
import type { Ephemeral } from "./bus/bus.ts";
import { registerConnection } from "./connections.server.ts";
import { type Cursor, encodeCursor, whyCursorUnusable } from "./cursor.ts";
import { getEpoch } from "./epoch.server.ts";
import {
	type EventData,
	type EventType,
	HEARTBEAT_MS,
	type StreamKey,
	type StreamName,
	streamKey,
} from "./events.ts";
import { hub } from "./hub.server.ts";
import { readLiveAnswer } from "./live-answers.server.ts";
import type { LoggedEvent } from "./log.server.ts";
import { getPresence } from "./presence/get-presence.server.ts";
import type { Reader } from "./reader.ts";
import type { Sink } from "./sink/sink.ts";

/** Encodes an event as an SSE frame or as part of an HTML page. @returns null when there is nothing to send. */
export type EncodeEvent = (event: { id: string | null; type: EventType; json: string }) => string | null;

/** Ends a stream when its reader may no longer read the session. */
export type AccessGuard = {
	/** Checks again whether the reader may read. @throws DomainError when not. */
	revalidate: () => Promise<unknown>;
	/**
	 * Whether the session still belongs to the reader, according to an event with the session's data. A change of owner
	 * is itself an event, so no event after it can reach the former owner, however late a process learns of the change.
	 * Absent for agents and programs, who may read every session.
	 */
	allows?: (event: LoggedEvent) => boolean;
};

/**
 * Reconnect delay for a reader who may no longer read the session. If the browser has just signed in, it has its new
 * cookie by then.
 */
const REFUSED_RECONNECT_MS = 1_000;

/** Delay before the next search for the beginning of an answer that was live when the reader connected. */
const ANSWER_RETRY_MS = 300;

/** After a restore all readers of a process reconnect, spread over this time so that the process is not overloaded. */
const RECONNECT_SPREAD_MS = 2_000;

/**
 * Serves one session to one reader: `joined-chat`, history (or the events after its cursor), then live events.
 *
 * @param options.streams the streams that this reader may read: customers `public` only, agents both.
 * @param options.cursor the reader's cursor; null or an unusable one starts with the newest messages.
 * @param options.readHistory reads the newest messages up to and including a sequence, oldest first.
 * @param options.guard ends the stream when the reader may no longer read.
 * @throws the driver's error when the stream could not be opened; the sink is closed then.
 */
export async function openStream(options: {
	sink: Sink;
	encode: EncodeEvent;
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	readHistory: (upToSeq: number) => Promise<unknown[]>;
	guard: AccessGuard;
}): Promise<void> {
	const { sink, encode, sessionId, guard } = options;
	const epoch = await getEpoch();
	const at: Cursor = { epoch, public: 0, internal: options.streams.includes("internal") ? 0 : null };
	const answer = { messageId: "", length: 0, isCatchingUp: false };
	let unsubscribe = () => {};
	let resume = () => {};
	let isClosed = false;

	const send = (type: EventType, data: unknown, id: string | null = null) => {
		sendJson(type, JSON.stringify(data), id);
	};
	function sendJson(type: EventType, json: string, id: string | null) {
		const text = encode({ id, type, json });
		if (text !== null) sink.write(text);
	}

	function deliver(name: StreamName, event: LoggedEvent) {
		// The hub may still deliver a page of events after the stream is closed.
		if (isClosed) return;
		if (containsSession(event) && guard.allows?.(event) === false) return sendBye(REFUSED_RECONNECT_MS);
		if (name === "public") at.public = event.seq;
		else at.internal = event.seq;
		if (event.type === "new-message") answer.length = 0;
		sendJson(event.type, event.json, encodeCursor(at));
	}

	function deliverEphemeral([, type, data]: Ephemeral) {
		if (type === "reauthorise") return void revalidateNow();
		// Ephemeral events are useless when late, so they are dropped while the client's buffer is full.
		if (!sink.isWritable()) return;
		if (type !== "ai-delta") return send(type, data);
		const delta = data as EventData<"ai-delta">;
		const isSame = delta.messageId === answer.messageId;
		const isNext = delta.offset === 0 || (isSame && delta.offset === answer.length);
		if (isNext) {
			answer.messageId = delta.messageId;
			answer.length = delta.offset + delta.text.length;
			send("ai-delta", delta);
		} else if (!isSame || delta.offset > answer.length) void catchUpAnswer();
	}

	async function revalidateNow() {
		try {
			await guard.revalidate();
		} catch (error) {
			// A database error says nothing about the reader's access, so the stream continues; the next check comes within
			// 15 s.
			if (!(error instanceof DomainError)) logBackgroundFailure("checking a stream's access", error);
			else if (!isClosed) sendBye(REFUSED_RECONNECT_MS);
		}
	}

	async function catchUpAnswer() {
		if (answer.isCatchingUp) return;
		answer.isCatchingUp = true;
		try {
			for (let attempt = 0; attempt < 5 && !isClosed; attempt += 1) {
				const live = await readLiveAnswer(sessionId);
				if (live && !isClosed) {
					answer.messageId = live.messageId;
					answer.length = live.text.length;
					send("ai-delta", { messageId: live.messageId, offset: 0, text: live.text });
					return;
				}
				await delay(ANSWER_RETRY_MS);
			}
		} catch (error) {
			// A failure to send a live answer is ignored, because the finished message contains the whole text.
			logBackgroundFailure("reading an answer in progress", error);
		} finally {
			answer.isCatchingUp = false;
		}
	}

	const isWritable = () => sink.isWritable();
	/**
	 * Ends the stream. The reader reconnects with its cursor, and the server answers with a reset and the present
	 * state.
	 */
	const disconnect = () => sendBye(Math.round(Math.random() * RECONNECT_SPREAD_MS));

	function sendBye(inMs: number) {
		send("bye", { in: inMs });
		sink.close();
	}

	const unregister = registerConnection({
		sendHeartbeat: () => {
			if (sink.isWritable()) send("hb", { now: Date.now() });
		},
		sendBye,
	});
	sink.onClose(() => {
		isClosed = true;
		unregister();
		unsubscribe();
	});
	sink.onDrain(() => resume());

	try {
		send("joined-chat", { sessionId, epoch, hb: HEARTBEAT_MS, now: Date.now() });
		const readers = options.streams.map((name) => [streamKey(name, sessionId), readerOf(name)] as const);
		resume = () => {
			for (const [key, reader] of readers) hub.resume(key, reader);
		};
		unsubscribe = await hub.subscribe(readers, async (heads) => {
			await setCursors(heads);
			for (const [index, [, reader]] of readers.entries())
				reader.cursor = (options.streams[index] === "public" ? at.public : at.internal) ?? 0;
		});
		if (isClosed) return unsubscribe();
		await sendRunningAnswer();
		void sendPresence();
	} catch (error) {
		if (error instanceof DomainError) return sendBye(REFUSED_RECONNECT_MS);
		sink.close();
		throw error;
	}

	function readerOf(name: StreamName): Reader {
		return {
			cursor: 0,
			isWritable,
			deliver: (event) => deliver(name, event),
			deliverEphemeral,
			disconnect,
		};
	}

	/**
	 * Sets the position from which the reader receives events: its cursor, or the heads after the newest messages were
	 * sent.
	 */
	async function setCursors(heads: ReadonlyMap<StreamKey, number>): Promise<void> {
		const head = {
			public: heads.get(streamKey("public", sessionId)) ?? 0,
			internal: heads.get(streamKey("internal", sessionId)) ?? 0,
		};
		const start = options.cursor;
		const refusal = start ? whyCursorUnusable(start, epoch, head, at.internal !== null) : null;
		const messages = start && !refusal ? [] : await options.readHistory(head.public);
		// Access is checked again here, because the session may have got another owner since the request was authorised.
		// Everything read before this check belonged to the reader.
		if (guard.allows) await guard.revalidate();
		if (start && !refusal) {
			at.public = start.public;
			if (at.internal !== null) at.internal = start.internal ?? head.internal;
			return;
		}
		if (refusal) send("reset", { reason: refusal });
		at.public = head.public;
		if (at.internal !== null) at.internal = head.internal;
		send("chat-history", { messages }, encodeCursor(at));
	}

	/** Sends a new reader who is present now. Later changes of presence are published as events. */
	async function sendPresence() {
		const who = await getPresence(sessionId).catch((error: unknown) =>
			logBackgroundFailure("reading presence", error),
		);
		if (!who || isClosed || !sink.isWritable()) return;
		if (who.agent) send("agent-presence", { on: who.agent.isHere, name: who.agent.name });
		if (at.internal !== null) send("customer-presence", { on: who.isCustomerHere });
	}

	async function sendRunningAnswer() {
		const live = await readLiveAnswer(sessionId);
		if (!live || isClosed || answer.messageId === live.messageId) return;
		answer.messageId = live.messageId;
		answer.length = live.text.length;
		send("ai-delta", { messageId: live.messageId, offset: 0, text: live.text });
	}
}

/** Whether an event contains the session's data, and so its owner. */
const containsSession = ({ type }: LoggedEvent) => type === "session-updated" || type === "chat-ended";
