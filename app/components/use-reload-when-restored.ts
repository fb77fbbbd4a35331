import { type ShouldRevalidateFunctionArgs, useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { onRestored } from "#app/realtime/client/restored.ts";

/**
 * Reloads the page's data when the browser has restored the page from its back/forward cache. The hook first checks
 * that the server can be reached, because a failed loader would replace the page by an error page.
 */
export function useReloadWhenRestored(): void {
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

/** For `shouldRevalidate`: true when the browser loads the present URL again, not for a posted form or a navigation. */
export const isRefresh = ({ currentUrl, nextUrl, formMethod }: ShouldRevalidateFunctionArgs): boolean =>
	currentUrl.href === nextUrl.href && formMethod === undefined;
