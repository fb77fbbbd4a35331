import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Distance from the end, in pixels, within which new messages scroll the log. */
const FOLLOW_DISTANCE_PX = 100;
/** Milliseconds that screen readers collect changes before they announce them. */
const SCREEN_READER_DELAY_MS = 500;

// React warns about layout effects on the server, where nothing can be measured.
export const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** Keeps the log scrolled to its end while the reader is there, and does not scroll after they have scrolled up. */
export function useFollowEnd(version: string) {
	const ref = useRef<HTMLDivElement>(null);
	const isFollowing = useRef(true);
	const sizeSeen = useRef("");
	const [isAway, setIsAway] = useState(false);

	const toEnd = () => {
		const element = ref.current;
		if (!element) return;
		isFollowing.current = true;
		setIsAway(false);
		element.scrollTop = element.scrollHeight;
	};

	useBrowserLayoutEffect(() => {
		if (isFollowing.current) toEnd();
	}, [version]);

	// A phone's keyboard, a rotated screen or a growing composer makes the log smaller without any scrolling.
	useEffect(() => {
		const element = ref.current;
		if (!element) return;
		const observer = new ResizeObserver(() => {
			sizeSeen.current = scrollSizeOf(element);
			if (isFollowing.current) element.scrollTop = element.scrollHeight;
		});
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	/** Scrolls to a position, in pixels from the top, and stays there. */
	const scrollTo = (top: number) => {
		const element = ref.current;
		if (!element) return;
		isFollowing.current = false;
		setIsAway(true);
		element.scrollTop = top;
	};

	const onScroll = () => {
		const element = ref.current;
		if (!element) return;
		// Browsers also report a scroll event for their own adjustment after a change of size.
		if (scrollSizeOf(element) !== sizeSeen.current && isFollowing.current) return;
		const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
		isFollowing.current = distance < FOLLOW_DISTANCE_PX;
		setIsAway(!isFollowing.current);
	};

	return { ref, isAway, toEnd, scrollTo, onScroll };
}

/**
 * Whether screen readers must ignore changes of the log: while history is inserted and a moment after, because they
 * read it later than it changes, and at the page's start, when times change to the reader's time zone.
 */
export function useMutedLog(isLoading: boolean): boolean {
	const [isSettling, setSettling] = useState(true);
	useEffect(() => {
		if (isLoading) {
			setSettling(true);
			return;
		}
		const timer = setTimeout(() => setSettling(false), SCREEN_READER_DELAY_MS);
		return () => clearTimeout(timer);
	}, [isLoading]);
	return isLoading || isSettling;
}

/** Reports which messages are on screen: half of one, or as much as fits. */
export function useVisibleMessages(
	root: RefObject<HTMLElement>,
	count: number,
	onSeen: (seq: number) => void,
) {
	// biome-ignore lint/correctness/useExhaustiveDependencies: each new message is a new element to watch.
	useEffect(() => {
		const element = root.current;
		if (!element) return;
		const observer = new IntersectionObserver(
			(entries) => {
				for (const { intersectionRatio, intersectionRect, target } of entries) {
					const isSeen = intersectionRatio >= 0.5 || intersectionRect.height > element.clientHeight / 2;
					if (isSeen) onSeen(Number((target as HTMLElement).dataset.seq));
				}
			},
			{ root: element, threshold: [0.1, 0.5] },
		);
		for (const message of element.querySelectorAll("[data-seq]")) observer.observe(message);
		return () => observer.disconnect();
	}, [root, count, onSeen]);
}

const scrollSizeOf = (element: HTMLElement): string => `${element.clientWidth}x${element.clientHeight}`;
