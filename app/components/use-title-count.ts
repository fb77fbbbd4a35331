import { useEffect } from "react";

/**
 * Puts a number before the tab's title, as in "(2) Ana replied · Mevi Living".
 * @param title without the number. @param count what waits to be read; 0 for no number.
 */
export function useTitleCount(title: string, count: number): void {
	useEffect(() => {
		document.title = count > 0 ? `(${count}) ${title}` : title;
	}, [title, count]);
}
