/** A day in UTC as text, such as "Mar 4, 2026". The time zone is fixed, so that every viewer sees an equal day. */
export function formatDay(date: Date, locale: string): string {
	return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(date);
}
