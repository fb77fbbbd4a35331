/**
 * Makes an article's slug from its name. Letters and digits of every script and emoji stay; all other characters become
 * hyphens. Latin letters lose their accents, so that URLs from earlier versions of this program still work.
 * @returns an empty string when the name has no letter, digit or emoji.
 */
export function slugFrom(name: string): string {
	return name
		.normalize("NFKD")
		.replace(/(?<=\p{Script=Latin})[\u0300-\u036f]+/gu, "")
		.normalize("NFC")
		.toLowerCase()
		.replace(/['’\p{Cf}]|\ufe0f/gu, "")
		.replace(/[^\p{L}\p{M}\p{N}\p{So}\p{Emoji_Modifier}]+/gu, "-")
		.replace(/^-|-$/g, "");
}

/** The URL path of an article's help page, or of one of its headings. */
export function articleUrl(slug: string, anchor: string | null = null): string {
	return `/help/${encodeURIComponent(slug)}${anchor ? `#${anchor}` : ""}`;
}
