import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { PageContext } from "#app/components/page-context.ts";

const readMeta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
const page = { reference: readMeta("reference"), renderedAt: readMeta("rendered-at") };

/**
 * Resolves when Remix has decoded the page's data. Until then RemixBrowser suspends without a boundary, and a click
 * or a key press makes React 18 hydrate at once and fail ("Root did not complete", error 345; seen in 3 of 15 visits
 * with early clicks). RemixBrowser's first call throws the promise that it waits for before it reaches a hook, so
 * that promise can be read here.
 */
async function untilDecoded(): Promise<void> {
	try {
		RemixBrowser({});
	} catch (waiting) {
		// Any other error will be thrown again by the render, and the error page catches it.
		if (waiting instanceof Promise) await waiting;
	}
}

void untilDecoded().then(() =>
	startTransition(() => {
		hydrateRoot(
			document,
			<StrictMode>
				<PageContext.Provider value={page}>
					<RemixBrowser />
				</PageContext.Provider>
			</StrictMode>,
		);
	}),
);
