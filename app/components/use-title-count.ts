import { useEffect } from "react";

/** A page's title with the number of things that wait in front, as browsers show it on a tab; 0 for no number. */
export const titleWithCount = (title: string, count: number): string =>
	count > 0 ? `(${count}) ${title}` : title;

/**
 * Keeps a number before the tab's title, as in "(2) Ana replied · Mevi Living".
 * @param title without the number. @param count what waits to be read.
 */
export function useTitleCount(title: string, count: number): void {
	useEffect(() => {
		document.title = titleWithCount(title, count);
	}, [title, count]);
}
