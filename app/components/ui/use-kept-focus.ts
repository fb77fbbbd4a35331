import { type RefObject, useEffect, useRef } from "react";

/**
 * Moves the focus when the focused element has been removed from the page, for example a clicked button that is no
 * longer needed. Otherwise the browser focuses the body, and keyboard users start at the top of the page.
 * @param container the element in which the focus is watched.
 * @param next returns the element that gets the focus.
 */
export function useFocusAfterRemoval(
	container: RefObject<HTMLElement | null>,
	next: () => HTMLElement | null,
): void {
	const focused = useRef<Element | null>(null);
	useEffect(() => {
		const element = container.current;
		const note = (event: FocusEvent) => {
			focused.current = event.target as Element;
		};
		element?.addEventListener("focusin", note);
		return () => element?.removeEventListener("focusin", note);
	}, [container]);
	// The check runs after every render, because any render may have removed the focused element.
	useEffect(() => {
		if (!focused.current || focused.current.isConnected) return;
		focused.current = null;
		if (document.activeElement === document.body) next()?.focus();
	});
}
