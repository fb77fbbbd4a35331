import { enterConnection, isDraining } from "./connections.server.ts";
import type { Inbox } from "./events.ts";
import { hub } from "./hub.server.ts";
import type { Sink } from "./sink/sink.ts";
import type { Encode } from "./stream.server.ts";

/** Changes are gathered this long, so that a busy store sends lines in batches. */
const GATHER_MS = 100;
/** When more sessions than this changed at once, the whole list costs less than their rows. */
const MOST_ROWS = 200;

/**
 * The agents' list, live. It is state and not a log: a whole list on connecting, then the lines that changed;
 * who was away gets the whole list again and has missed nothing.
 *
 * @param options.readAll the whole list; @param options.readSome the rows of some sessions.
 */
export async function openInboxStream(options: {
	sink: Sink;
	encode: Encode;
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
		const isWhole = isWholeDue || changed.size > MOST_ROWS;
		const ids = [...changed];
		isWholeDue = false;
		changed.clear();
		try {
			if (isWhole) send("inbox", { ...(await options.readAll()), isWhole: true });
			else if (ids.length > 0) send("inbox", { ...(await options.readSome(ids)), isWhole: false });
		} catch {
			// The database is away: the whole list comes when it is back.
			isWholeDue = true;
		} finally {
			isSending = false;
		}
		if (changed.size > 0) schedule();
	}

	function schedule() {
		timer ??= setTimeout(flush, GATHER_MS);
	}

	const leaveInbox = hub.watchInbox((sessionIds) => {
		if (sessionIds === "all") isWholeDue = true;
		else for (const id of sessionIds) changed.add(id);
		schedule();
	});
	const leaveClock = enterConnection({
		beat: () => {
			if (sink.isWritable()) send("hb", { now: Date.now() });
			if (isWholeDue) schedule();
		},
		goodbye: (inMs) => {
			send("bye", { in: inMs });
			sink.close();
		},
	});
	sink.onDrain(schedule);
	sink.onClose(() => {
		clearTimeout(timer);
		leaveInbox();
		leaveClock();
	});
	if (isDraining()) return sink.close();
	try {
		send("inbox", { ...(await options.readAll()), isWhole: true });
	} catch (error) {
		sink.close();
		throw error;
	}
}
