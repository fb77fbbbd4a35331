import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { PageContext } from "#app/components/page-context.ts";

const readMeta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
const page = { reference: readMeta("reference"), renderedAt: readMeta("rendered-at") };

/**
 * Resolves when Remix has decoded the page's data.
 *
 * Until then RemixBrowser suspends, with no boundary around it, and a click or a key in that moment makes
 * React 18 hydrate at once and fail ("Root did not complete", error 345: 3 of 15 impatient visits). Its first
 * call throws the promise it waits for before it reaches any hook, so it can be asked for it here.
 */
async function untilDecoded(): Promise<void> {
	try {
		RemixBrowser({});
	} catch (waiting) {
		// Anything else that is thrown will be thrown again by the render, where the error page catches it.
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
