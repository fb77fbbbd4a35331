import { createContext, useContext } from "react";

export type PageContextValue = {
	/** The nonce of this response's Content-Security-Policy; browsers hide it after parsing. */
	nonce?: string;
	/** The id of this page's request in the server's log, which a user can quote. */
	reference?: string;
	/** When the server rendered the page (ISO 8601), so that the browser's first render shows the same times. */
	renderedAt?: string;
};

/** Request data that the page needs, provided by `entry.server` and `entry.client`. */
export const PageContext = createContext<PageContextValue>({});

export function usePageContext(): PageContextValue {
	return useContext(PageContext);
}
