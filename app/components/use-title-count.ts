import { useEffect } from "react";

/** The page's title for the browser's tab with a number in front, as in "(2) Chat"; no number for 0. */
export const titleWithCount = (title: string, count: number): string =>
	count > 0 ? `(${count}) ${title}` : title;

/**
 * Keeps the number of unread messages in the tab's title, as in "(2) Ana replied · Mevi Living".
 * @param title the title without the number.
 * @param count the number of unread messages.
 */
export function useTitleCount(title: string, count: number): void {
	useEffect(() => {
		document.title = titleWithCount(title, count);
	}, [title, count]);
}
