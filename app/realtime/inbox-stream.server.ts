import { logBackgroundFailure } from "#app/background-work.server.ts";
import { isDraining, registerConnection } from "./connections.server.ts";
import type { Inbox } from "./events.ts";
import { hub } from "./hub.server.ts";
import type { Sink } from "./sink/sink.ts";
import type { EncodeEvent } from "./stream.server.ts";

/** Changes of the inbox are batched for this time, so that several changed rows of a busy store are sent at once. */
const BATCH_MS = 100;
/**
 * If more sessions than this changed at once, the whole inbox is sent, because it costs less than reading single
 * rows.
 */
const MAX_ROWS = 200;

/**
 * Sends the inbox as an event stream. The inbox is state and not an event log: the stream sends the whole list first,
 * and then the rows that changed. A client that reconnects gets the whole list again, so it has missed nothing.
 *
 * @param options.readAll reads the whole inbox. @param options.readSome reads the inbox rows of some sessions.
 * @throws the error of the first `readAll`; later errors are retried.
 */
export async function openInboxStream(options: {
	sink: Sink;
	encode: EncodeEvent;
	readAll: () => Promise<Inbox>;
	readSome: (sessionIds: string[]) => Promise<Inbox>;
}): Promise<void> {
	const { sink, encode } = options;
	const changed = new Set<string>();
	let isWholeDue = false;
	let timer: NodeJS.Timeout | undefined;
	let isSending = false;

	const send = (type: "inbox" | "hb" | "bye", data: unknown) => {
		const text = encode({ id: null, type, json: JSON.stringify(data) });
		if (text !== null) sink.write(text);
	};

	async function flush() {
		timer = undefined;
		if (isSending || !sink.isWritable()) return;
		isSending = true;
		const isWhole = isWholeDue || changed.size > MAX_ROWS;
		const ids = [...changed];
		isWholeDue = false;
		changed.clear();
		try {
			if (isWhole) send("inbox", { ...(await options.readAll()), isWhole: true });
			else if (ids.length > 0) send("inbox", { ...(await options.readSome(ids)), isWhole: false });
		} catch (error) {
			// After a failed read, the whole inbox is sent with the next change.
			logBackgroundFailure("sending changes of the inbox", error);
			isWholeDue = true;
		} finally {
			isSending = false;
		}
		if (changed.size > 0) schedule();
	}

	function schedule() {
		timer ??= setTimeout(flush, BATCH_MS);
	}

	const unwatch = hub.watchInbox((sessionIds) => {
		if (sessionIds === "all") isWholeDue = true;
		else for (const id of sessionIds) changed.add(id);
		schedule();
	});
	const unregister = registerConnection({
		sendHeartbeat: () => {
			if (sink.isWritable()) send("hb", { now: Date.now() });
			if (isWholeDue) schedule();
		},
		sendBye: (inMs) => {
			send("bye", { in: inMs });
			sink.close();
		},
	});
	sink.onDrain(schedule);
	sink.onClose(() => {
		clearTimeout(timer);
		unwatch();
		unregister();
	});
	if (isDraining()) return sink.close();
	try {
		send("inbox", { ...(await options.readAll()), isWhole: true });
	} catch (error) {
		sink.close();
		throw error;
	}
}
