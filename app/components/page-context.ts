import { createContext, useContext } from "react";

export type PageContextValue = {
	/** The nonce of this response's Content-Security-Policy; the browser hides it after parsing. */
	nonce?: string;
	/** Ties this page to the lines of the server's log that belong to it. */
	reference?: string;
	/** When the server made this page (ISO 8601), so that the browser's first render writes the same times. */
	renderedAt?: string;
};

/** What only the server's entry knows about a page; `entry.server` and `entry.client` provide it. */
export const PageContext = createContext<PageContextValue>({});

export function usePageContext(): PageContextValue {
	return useContext(PageContext);
}
