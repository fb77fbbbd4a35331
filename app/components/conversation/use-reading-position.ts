import { type RefObject, useEffect, useRef } from "react";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import { useBrowserLayoutEffect } from "./transcript-hooks.ts";

/**
 * A reading position in the transcript: the sequence of the topmost visible message, and its distance from the
 * transcript's top edge in pixels.
 */
type ReadingPosition = { seq: number; offset: number };

/**
 * Maximum number of pages of older messages that are loaded to find the topmost message of the stored reading position.
 */
const MAX_LOADED_PAGES = 10;

/**
 * Restores the reading position in the transcript after Back or a reload. Browsers do not cache these pages, and they
 * restore the scroll position of the document only, not of the transcript element.
 * @param log the transcript element.
 * @param isAway whether the viewer has scrolled up.
 * @param scrollTo scrolls the transcript to a position in pixels from its top.
 */
export function useReadingPosition(
	{
		ref: log,
		isAway,
		scrollTo,
	}: { ref: RefObject<HTMLElement>; isAway: boolean; scrollTo(top: number): void },
	{ sessionId, messages, hasOlder }: Conversation,
	onLoadOlder: () => void,
): void {
	const wantedPosition = useRef<ReadingPosition | null | undefined>(undefined);
	const pages = useRef(0);

	useBrowserLayoutEffect(() => {
		const element = log.current;
		if (wantedPosition.current === undefined)
			wantedPosition.current = isPageRestored() ? readPosition(sessionId) : null;
		const position = wantedPosition.current;
		if (!element || !position) return;
		const message = element.querySelector(`article[data-seq="${position.seq}"]`);
		if (message) {
			scrollTo(element.scrollTop + topWithin(element, message) - position.offset);
			wantedPosition.current = null;
		} else if (hasOlder && position.seq < (messages[0]?.seq ?? 0) && pages.current < MAX_LOADED_PAGES) {
			pages.current += 1;
			onLoadOlder();
		} else wantedPosition.current = null;
	}, [messages.length]);

	useEffect(() => {
		const savePosition = () => {
			if (sessionId)
				writePosition(sessionId, isAway && log.current ? measureReadingPosition(log.current) : null);
		};
		window.addEventListener("pagehide", savePosition);
		return () => window.removeEventListener("pagehide", savePosition);
	}, [sessionId, isAway, log]);
}

/** Whether the document was loaded by Back, Forward or a reload. */
function isPageRestored(): boolean {
	const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
	const hasBegun = document.documentElement.dataset.hydrated !== undefined;
	return !hasBegun && (navigation?.type === "back_forward" || navigation?.type === "reload");
}

const topWithin = (log: Element, message: Element): number =>
	message.getBoundingClientRect().top - log.getBoundingClientRect().top;

function measureReadingPosition(log: HTMLElement): ReadingPosition | null {
	for (const message of log.querySelectorAll<HTMLElement>("article[data-seq]")) {
		const offset = topWithin(log, message);
		if (offset + message.offsetHeight > 0) return { seq: Number(message.dataset.seq), offset };
	}
	return null;
}

const storageKeyOf = (sessionId: string): string => `mevi-place ${sessionId}`;

function readPosition(sessionId: string | null): ReadingPosition | null {
	try {
		const position: unknown = JSON.parse(
			(sessionId && sessionStorage.getItem(storageKeyOf(sessionId))) || "null",
		);
		if (typeof position !== "object" || position === null || !("seq" in position) || !("offset" in position))
			return null;
		const { seq, offset } = position;
		return typeof seq === "number" && typeof offset === "number" ? { seq, offset } : null;
	} catch {
		// The session storage is disabled or has an unexpected value: the page starts at the newest message.
		return null;
	}
}

function writePosition(sessionId: string, position: ReadingPosition | null): void {
	try {
		if (position) sessionStorage.setItem(storageKeyOf(sessionId), JSON.stringify(position));
		else sessionStorage.removeItem(storageKeyOf(sessionId));
	} catch {
		// The session storage is disabled or full: the reading position is not stored.
	}
}
