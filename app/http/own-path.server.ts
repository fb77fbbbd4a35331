import { safeRedirect } from "remix-utils/safe-redirect";

/**
 * The path on this site to which a form wants to redirect, ready for a Location header. The library function
 * `safeRedirect` accepts text that a browser reads differently or a header cannot contain: a tab between two slashes
 * (browsers drop it, and `//evil.example` remains), line ends, characters beyond Latin-1. So the path is parsed as a
 * browser does, and only a result on this site is used.
 *
 * @param next the path that the form contains. @param options.under required prefix of the path. @param
 * options.otherwise the path when `next` is missing or not on this site.
 */
export function ownPath(
	next: FormDataEntryValue | null | undefined,
	options: { under?: string; otherwise: string },
): string {
	const here = "http://here.invalid";
	const requested = safeRedirect(typeof next === "string" ? next : null, options.otherwise);
	if (!URL.canParse(requested, here)) return options.otherwise;
	const { origin, pathname, search } = new URL(requested, here);
	const isOurs = origin === here && !pathname.startsWith("//") && pathname.startsWith(options.under ?? "/");
	return isOurs ? pathname + search : options.otherwise;
}
