import { type RefObject, useEffect, useRef } from "react";

/**
 * Moves the focus to a sensible element when the one that had it has left the page, as a button does whose action
 * changed what can be done. Without this the browser gives it to the page's body, and keyboard users start again.
 *
 * @param container where the focus is watched. @param next the element that gets it, as the page is by then.
 */
export function useKeptFocus(container: RefObject<HTMLElement | null>, next: () => HTMLElement | null): void {
	const focused = useRef<Element | null>(null);
	useEffect(() => {
		const element = container.current;
		const note = (event: FocusEvent) => {
			focused.current = event.target as Element;
		};
		element?.addEventListener("focusin", note);
		return () => element?.removeEventListener("focusin", note);
	}, [container]);
	// After every render: any of them may have taken the focused element away.
	useEffect(() => {
		if (!focused.current || focused.current.isConnected) return;
		focused.current = null;
		if (document.activeElement === document.body) next()?.focus();
	});
}
