/**
 * The last part of an article's address, made of a name in any script: letters and digits of every script and
 * picture characters stay, everything else becomes a hyphen. Latin letters lose their accents, so that names in
 * ASCII or with accents keep the address they always had.
 * @returns possibly empty, when the name has none of these.
 */
export function addressOf(name: string): string {
	return name
		.normalize("NFKD")
		.replace(/(?<=\p{Script=Latin})[\u0300-\u036f]+/gu, "")
		.normalize("NFC")
		.toLowerCase()
		.replace(/['’\p{Cf}]|\ufe0f/gu, "")
		.replace(/[^\p{L}\p{M}\p{N}\p{So}\p{Emoji_Modifier}]+/gu, "-")
		.replace(/^-|-$/g, "");
}

/** The address of an article's page, or of one of its headings. */
export function articleUrl(slug: string, anchor: string | null = null): string {
	return `/help/${encodeURIComponent(slug)}${anchor ? `#${anchor}` : ""}`;
}
