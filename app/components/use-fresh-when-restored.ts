import { type ShouldRevalidateFunctionArgs, useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { onRestored } from "#app/realtime/client/restored.ts";

/**
 * Loads the data of the page again when the browser has restored it from a cache. The server is tried first,
 * because a loader that cannot be reached replaces the page by an error: without a network the old page stays.
 */
export function useFreshWhenRestored(): void {
	const { revalidate } = useRevalidator();
	useEffect(
		() =>
			onRestored(() => {
				fetch("/healthz", { cache: "no-store" }).then(
					(response) => {
						if (response.ok) revalidate();
					},
					() => {},
				);
			}),
		[revalidate],
	);
}

/** For `shouldRevalidate`: the page as it is is loaded again, and not because of a form or another address. */
export const isRefresh = ({ currentUrl, nextUrl, formMethod }: ShouldRevalidateFunctionArgs): boolean =>
	currentUrl.href === nextUrl.href && formMethod === undefined;
