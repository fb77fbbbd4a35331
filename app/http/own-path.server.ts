import { safeRedirect } from "remix-utils/safe-redirect";

/**
 * Where a form asks to go afterwards, as far as that is a path of ours, ready for a Location header.
 * `safeRedirect` lets through what a browser reads otherwise or a header cannot hold: a tab between two
 * slashes (browsers drop it, and `//evil.example` is left), line ends, letters beyond Latin-1. So the path is
 * read as a browser would read it, and only what is then still ours is kept.
 *
 * @param next what the form said. @param options.under the path must begin so. @param options.otherwise where
 * to go when it is missing or not ours.
 */
export function ownPath(
	next: FormDataEntryValue | null | undefined,
	options: { under?: string; otherwise: string },
): string {
	const here = "http://here.invalid";
	const wished = safeRedirect(typeof next === "string" ? next : null, options.otherwise);
	if (!URL.canParse(wished, here)) return options.otherwise;
	const { origin, pathname, search } = new URL(wished, here);
	const isOurs = origin === here && !pathname.startsWith("//") && pathname.startsWith(options.under ?? "/");
	return isOurs ? pathname + search : options.otherwise;
}
