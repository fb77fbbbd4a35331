import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { PageContext } from "#app/components/page-context.ts";

const readMeta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
const pageMeta = { reference: readMeta("reference"), renderedAt: readMeta("rendered-at") };

/**
 * Resolves when Remix has decoded the page's data. Until then RemixBrowser suspends without a boundary, and a click or
 * a key press makes React 18 hydrate at once and fail ("Root did not complete", error 345; seen in 3 of 15 visits with
 * early clicks). The first call of RemixBrowser throws the promise that it waits for, before any hook runs, so this
 * function can catch that promise and wait for it.
 */
async function untilDecoded(): Promise<void> {
	try {
		RemixBrowser({});
	} catch (waiting) {
		// Any error that is not a promise is thrown again by the later render, and the error page shows it.
		if (waiting instanceof Promise) await waiting;
	}
}

void untilDecoded().then(() =>
	startTransition(() => {
		hydrateRoot(
			document,
			<StrictMode>
				<PageContext.Provider value={pageMeta}>
					<RemixBrowser />
				</PageContext.Provider>
			</StrictMode>,
		);
	}),
);
