import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { PageContext } from "#app/components/page-context.ts";

const reference = document.querySelector<HTMLMetaElement>('meta[name="reference"]')?.content;

startTransition(() => {
	hydrateRoot(
		document,
		<StrictMode>
			<PageContext.Provider value={{ reference }}>
				<RemixBrowser />
			</PageContext.Provider>
		</StrictMode>,
	);
});
