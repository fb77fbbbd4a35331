/** How the dashboard says what the machine stores as a label. */

const REASONS: Record<string, string> = {
	requested: "asked for a person",
	"assistant-failed": "the assistant failed",
	"assistant-unsure": "the assistant was unsure",
	"assistant-off": "the assistant is off",
	"customer-upset": "the customer is upset",
	"needs-a-person": "needs a person",
	"assistant-limit": "the assistant reached its limit",
	"agent-away": "its agent had to leave",
	"large-refund": "a large refund",
	legal: "a legal matter",
	safety: "a matter of safety",
};

/** Why somebody waits, in words. */
export function reasonName(reason: string | null): string {
	if (!reason) return "asked for a person";
	if (reason.startsWith("topic:")) return reason.slice("topic:".length);
	return REASONS[reason] ?? reason.replaceAll("-", " ").replaceAll("_", " ");
}

/** An intent's label as words: `track_order` is "track order". */
export const intentName = (intent: string): string =>
	intent === "other" ? "something else" : intent.replaceAll("_", " ");

/** A language tag in words: `en-US` is "English (United States)". What is no tag comes back as it is. */
export function languageName(locale: string): string {
	try {
		const names = new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard" });
		return names.of(locale) ?? locale;
	} catch {
		return locale;
	}
}

/** A day in the dashboard's own language; the same on the server and in the browser, wherever that is. */
export function formatDay(iso: string): string {
	return new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso));
}
