import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Within this distance of the end the reader is following, and new messages move the page along. */
const FOLLOW_PX = 100;
/** Screen readers collect changes for some hundred milliseconds before they speak. */
const SETTLING_MS = 500;

// On the server there is no layout to measure, and React would warn.
export const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** Keeps the end in view while the reader is there, and leaves them alone when they have scrolled up. */
export function useFollowing(version: string) {
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

	// A phone's keyboard, a turned screen or a growing composer take room away without anybody scrolling.
	useEffect(() => {
		const element = ref.current;
		if (!element) return;
		const observer = new ResizeObserver(() => {
			sizeSeen.current = sizeOf(element);
			if (isFollowing.current) element.scrollTop = element.scrollHeight;
		});
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	/** Scrolls to a place, in pixels from the top, and stays there. */
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
		// The browser also reports what it moved itself when the room changed.
		if (sizeOf(element) !== sizeSeen.current && isFollowing.current) return;
		const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
		isFollowing.current = distance < FOLLOW_PX;
		setIsAway(!isFollowing.current);
	};

	return { ref, isAway, toEnd, scrollTo, onScroll };
}

/**
 * Whether the log is to keep still for screen readers: while history is put in, and for a moment afterwards, since
 * they look at it later than it changes. Also when the page begins and its times change to the reader's zone.
 */
export function useQuiet(isLoading: boolean): boolean {
	const [isSettling, setSettling] = useState(true);
	useEffect(() => {
		if (isLoading) {
			setSettling(true);
			return;
		}
		const timer = setTimeout(() => setSettling(false), SETTLING_MS);
		return () => clearTimeout(timer);
	}, [isLoading]);
	return isLoading || isSettling;
}

/** Watches which messages are on screen: half of one, or as much as there is room for. */
export function useSeen(root: RefObject<HTMLElement>, count: number, onSeen: (seq: number) => void) {
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

const sizeOf = (element: HTMLElement): string => `${element.clientWidth}x${element.clientHeight}`;
