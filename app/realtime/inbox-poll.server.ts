import { createHash } from "node:crypto";
import type { Inbox } from "./events.ts";
import { hub } from "./hub.server.ts";
import type { CatchUp } from "./long-poll.server.ts";

/** Changes are gathered this long, so that a busy store does not answer a poll for each of them. */
const GATHER_MS = 500;

/**
 * The agents' list as one JSON answer. It is state and not a log, so its cursor is a fingerprint of what was
 * read last: any process can tell whether there is something else by now, and nothing can be missed.
 *
 * @param options.readAll the whole list. @param options.cursor the fingerprint of the last answer, if any.
 * @param options.waitMs how long to wait for a list that differs; 0 answers at once.
 * @param options.onLeave registers what to do when the reader goes away meanwhile.
 */
export async function catchUpInbox(options: {
	readAll: () => Promise<Inbox>;
	cursor: string | undefined;
	waitMs: number;
	onLeave: (leave: () => void) => void;
}): Promise<CatchUp> {
	const endAt = Date.now() + options.waitMs;
	let hasNews = false;
	let isGone = false;
	let wake = () => {};
	// Watched before it is read, so that nothing falls between.
	const unwatch = hub.watchInbox(() => {
		hasNews = true;
		wake();
	});
	options.onLeave(() => {
		isGone = true;
		wake();
	});
	const until = (isEnough: () => boolean, waitMs: number) =>
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
			hasNews = false;
			const inbox = await options.readAll();
			const cursor = createHash("sha256").update(JSON.stringify(inbox)).digest("base64url").slice(0, 22);
			const isOther = cursor !== options.cursor;
			if (isOther || isGone || Date.now() >= endAt) {
				const event = { id: cursor, type: "inbox", data: { ...inbox, isWhole: true } };
				return { events: isOther ? [event] : [], cursor, more: false };
			}
			await until(() => hasNews || isGone, endAt - Date.now());
			if (hasNews) await until(() => isGone, Math.min(GATHER_MS, endAt - Date.now()));
		}
	} finally {
		unwatch();
	}
}
