import { createHash } from "node:crypto";
import type { Inbox } from "./events.ts";
import { hub } from "./hub.server.ts";
import type { CatchUp } from "./long-poll.server.ts";

/** Changes of the inbox are batched for this time, so that a busy store does not answer a poll for each change. */
const BATCH_MS = 500;

/**
 * The answer to a poll of the inbox. The inbox is state and not an event log, so its cursor is a fingerprint (hash)
 * of the list that the browser has: any process can detect whether the present list differs, and no change can be
 * missed.
 *
 * @param options.readAll reads the whole list. @param options.cursor the fingerprint of the browser's last answer, if
 * any.
 * @param options.waitMs how long to wait (ms) for a list that differs; 0 answers at once.
 * @param options.onLeave registers a callback for the case that the client disconnects during the wait.
 */
export async function catchUpInbox(options: {
	readAll: () => Promise<Inbox>;
	cursor: string | undefined;
	waitMs: number;
	onLeave: (leave: () => void) => void;
}): Promise<CatchUp> {
	const endAt = Date.now() + options.waitMs;
	let hasChanged = false;
	let hasLeft = false;
	let wake = () => {};
	// The watch for changes starts before the inbox is read, so that no change in between is missed.
	const unwatch = hub.watchInbox(() => {
		hasChanged = true;
		wake();
	});
	options.onLeave(() => {
		hasLeft = true;
		wake();
	});
	const waitUntil = (isEnough: () => boolean, waitMs: number) =>
		new Promise<void>((resolve) => {
			if (isEnough() || waitMs <= 0) return resolve();
			const timer = setTimeout(resolve, waitMs);
			wake = () => {
				if (!isEnough()) return;
				clearTimeout(timer);
				resolve();
			};
		});
	try {
		for (;;) {
			hasChanged = false;
			const inbox = await options.readAll();
			const cursor = createHash("sha256").update(JSON.stringify(inbox)).digest("base64url").slice(0, 22);
			const isDifferent = cursor !== options.cursor;
			if (isDifferent || hasLeft || Date.now() >= endAt) {
				const event = { id: cursor, type: "inbox", data: { ...inbox, isWhole: true } };
				return { events: isDifferent ? [event] : [], cursor, more: false };
			}
			await waitUntil(() => hasChanged || hasLeft, endAt - Date.now());
			if (hasChanged) await waitUntil(() => hasLeft, Math.min(BATCH_MS, endAt - Date.now()));
		}
	} finally {
		unwatch();
	}
}
