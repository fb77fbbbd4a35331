import { useEffect } from "react";

/** The page's title with a number in front, for the browser's tab; no number for 0. */
export const titleWithCount = (title: string, count: number): string =>
	count > 0 ? `(${count}) ${title}` : title;

/**
 * Keeps the number of unread messages in the tab's title, as in "(2) Ana replied · Mevi Living".
 * @param title without the number. @param count number of unread messages.
 */
export function useTitleCount(title: string, count: number): void {
	useEffect(() => {
		document.title = titleWithCount(title, count);
	}, [title, count]);
}
