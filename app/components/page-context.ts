import { createContext, useContext } from "react";

export type PageContextValue = {
	/** The nonce of this response's Content-Security-Policy; browsers hide nonces from scripts after parsing. */
	nonce?: string;
	/** The id of the page's request in the server's log, which a user can quote to support. */
	reference?: string;
	/** When the server rendered the page (ISO 8601), so that the browser's first render shows times for that moment. */
	renderedAt?: string;
};

/** Data of the HTTP request that components need, provided by `entry.server` and `entry.client`. */
export const PageContext = createContext<PageContextValue>({});

export function usePageContext(): PageContextValue {
	return useContext(PageContext);
}
