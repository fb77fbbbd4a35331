import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/**
 * Distance from the transcript's end, in pixels. When the viewer is nearer to the end, new messages scroll the
 * transcript.
 */
const MAX_DISTANCE_TO_FOLLOW_END_PX = 100;
/** Milliseconds for which screen readers collect changes of a live region before they announce them. */
const SCREEN_READER_DELAY_MS = 500;

// React warns about layout effects during server rendering, where no element can be measured.
export const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/**
 * Keeps the transcript scrolled to its end while the viewer is at the end. After the viewer has scrolled up, new
 * messages do not scroll the transcript.
 */
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

	// The transcript element becomes smaller when a phone's keyboard opens, the screen is rotated or the composer grows.
	// Then it is scrolled to its end again.
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

	/** Scrolls the transcript to a position, in pixels from its top, and stops following its end. */
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
		// After a change of the transcript's size, browsers send a scroll event although the viewer has not scrolled. That
		// event is ignored.
		if (scrollSizeOf(element) !== sizeSeen.current && isFollowing.current) return;
		const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
		isFollowing.current = distance < MAX_DISTANCE_TO_FOLLOW_END_PX;
		setIsAway(!isFollowing.current);
	};

	return { ref, isAway, toEnd, scrollTo, onScroll };
}

/**
 * Whether screen readers must ignore changes of the transcript: while older messages are inserted and 0.5 s after,
 * because screen readers read changes late; and at the page's start, when message times change to the viewer's time
 * zone.
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

/**
 * Reports each message that the viewer can see: half of the message is visible, or it fills half of the transcript's
 * height.
 */
export function useVisibleMessages(
	root: RefObject<HTMLElement>,
	count: number,
	onSeen: (seq: number) => void,
) {
	// biome-ignore lint/correctness/useExhaustiveDependencies: each new message has a new element to observe.
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
