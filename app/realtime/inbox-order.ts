import type { InboxEntry } from "./events.ts";

/**
 * The order of the inbox, for server and browser. `app/models/chat-session/inbox.server.ts` reads each section from an index in
 * the same order.
 *
 * Waiting customers come first, the longest wait at the top. All other sections have the latest activity at the top,
 * so that a section that is cut loses idle sessions.
 */
const INBOX_SECTIONS: InboxEntry["status"][] = ["queued", "agent", "assistant", "ended"];

/** Number of waiting customers on one page of the inbox list; "Show more" adds another page. */
export const WAITING_PAGE = 100;
/** Most waiting customers in one inbox list, because the whole list is sent when a browser connects. */
const MAX_WAITING = 5_000;
/** Most inbox rows of each section other than the waiting customers. */
export const SECTION_LIMITS = { agent: 200, assistant: 100, ended: 50 } as const;
/** How long an ended session stays in the inbox list; older ones are under "Ended conversations". */
export const ENDED_FOR_MS = 60 * 60 * 1_000;

/**
 * The number of waiting customers that an inbox list shows.
 * @param text the query parameter `waiting`. @returns a multiple of the page size; one page for anything that is not
 * a number.
 */
export function waitingLimit(text: string | null | undefined): number {
	const wanted = Number(text);
	if (!Number.isFinite(wanted) || wanted <= WAITING_PAGE) return WAITING_PAGE;
	return Math.min(Math.ceil(wanted / WAITING_PAGE) * WAITING_PAGE, MAX_WAITING);
}

/**
 * The time by which inbox rows are sorted (ISO 8601): the start of the wait of a waiting session, the last activity
 * of any other session.
 */
export function inboxSortTime(entry: InboxEntry): string {
	if (entry.status === "queued") return entry.queuedAt ?? entry.startedAt;
	if (entry.status === "ended") return entry.endedAt ?? entry.lastMessageAt ?? entry.startedAt;
	return entry.lastMessageAt ?? entry.startedAt;
}

/**
 * Sorts inbox rows and cuts each section of the inbox to its limit.
 * @param options.waitingLimit most waiting rows. @param options.now ms since 1970, for the age of ended ones.
 */
export function arrangeInbox(
	entries: InboxEntry[],
	{ waitingLimit, now }: { waitingLimit: number; now: number },
): InboxEntry[] {
	return INBOX_SECTIONS.flatMap((section) => {
		const rows = entries.filter(
			(entry) =>
				entry.status === section &&
				(section !== "ended" || Date.parse(inboxSortTime(entry)) > now - ENDED_FOR_MS),
		);
		rows.sort(section === "queued" ? longestFirst : latestFirst);
		return rows.slice(0, section === "queued" ? waitingLimit : SECTION_LIMITS[section]);
	});
}

const longestFirst = (a: InboxEntry, b: InboxEntry): number =>
	Date.parse(inboxSortTime(a)) - Date.parse(inboxSortTime(b)) || (a.sessionId < b.sessionId ? -1 : 1);

const latestFirst = (a: InboxEntry, b: InboxEntry): number =>
	Date.parse(inboxSortTime(b)) - Date.parse(inboxSortTime(a)) || (a.sessionId < b.sessionId ? -1 : 1);
