/** The viewer for whom a time is written. Without a time zone or a locale, the browser's own values are used. */
export type ReaderLocale = {
	now: Date;
	/** IANA name of the viewer's time zone, such as Europe/Berlin. */
	timeZone?: string;
	/** Language tag (BCP 47) of the viewer, such as de-AT. */
	locale?: string;
	/** Adds the zone's name to the time, because the time zone may not be the viewer's own. */
	showsTimeZone?: boolean;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Up to this age, in milliseconds, a list shows an age in hours ("3 hr"), even when midnight is in between. */
const MAX_AGE_IN_HOURS_MS = 12 * HOUR_MS;

const DAY_FORMAT = { weekday: "short", day: "numeric", month: "short" } as const;
const DAY_WITH_YEAR = { day: "numeric", month: "short", year: "numeric" } as const;
const CLOCK_FORMAT = { hour: "numeric", minute: "2-digit" } as const;
const FULL_DATE_FORMAT = {
	weekday: "long",
	day: "numeric",
	month: "long",
	year: "numeric",
	...CLOCK_FORMAT,
} as const;

// A cache of formatters, because creating one costs more than a hundred uses. It has one entry for each time zone,
// locale and form.
const dateFormatters = new Map<string, Intl.DateTimeFormat>();

function getDateFormatter(
	{ timeZone, locale }: ReaderLocale,
	form: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
	const key = `${locale} ${timeZone} ${JSON.stringify(form)}`;
	let known = dateFormatters.get(key);
	if (!known) {
		known = new Intl.DateTimeFormat(locale, { ...form, timeZone });
		dateFormatters.set(key, known);
	}
	return known;
}

const zoneName = ({ showsTimeZone: namesZone }: ReaderLocale) =>
	namesZone ? ({ timeZoneName: "short" } as const) : {};

/**
 * The calendar day of a time in the viewer's time zone.
 * @returns days since 1 January 1970; consecutive days differ by 1, even when clocks change.
 */
export function dayNumber(date: Date, reader: ReaderLocale): number {
	const form = { year: "numeric", month: "numeric", day: "numeric" } as const;
	const parts = getDateFormatter({ ...reader, locale: "en-US-u-ca-gregory-nu-latn" }, form).formatToParts(
		date,
	);
	const part = (type: Intl.DateTimeFormatPartTypes) =>
		Number(parts.find((candidate) => candidate.type === type)?.value);
	return Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS;
}

/**
 * The time of day as text: "11:30 PM" today, "Mon 23 Nov, 11:30 PM" this year, "23 Nov 2025, 11:30 PM" in earlier
 * years; with the zone's name when `showsTimeZone` is set.
 */
export function clockText(date: Date, reader: ReaderLocale): string {
	const clock = { ...CLOCK_FORMAT, ...zoneName(reader) };
	if (dayNumber(date, reader) === dayNumber(reader.now, reader))
		return getDateFormatter(reader, clock).format(date);
	return getDateFormatter(reader, { ...dayForm(date, reader), ...clock }).format(date);
}

/** The day as text: "Mon 23 Nov", or "23 Nov 2025" when the year is not the present one. */
export function dayText(date: Date, reader: ReaderLocale): string {
	return getDateFormatter(reader, dayForm(date, reader)).format(date);
}

/** The day as text: "Today" or "Yesterday" in the viewer's language, otherwise like `dayText`. */
export function nearDayText(date: Date, reader: ReaderLocale): string {
	const daysAgo = dayNumber(reader.now, reader) - dayNumber(date, reader);
	if (daysAgo !== 0 && daysAgo !== 1) return dayText(date, reader);
	return capitalise(createRelativeTimeFormat(reader).format(-daysAgo, "day"), reader);
}

/** The age of a time for a list: "Now", "12 min", "3 hr", "Yesterday", "Mon 23 Nov". A time in the future is "Now". */
export function ageText(date: Date, reader: ReaderLocale): string {
	const age = reader.now.getTime() - date.getTime();
	if (age < MINUTE_MS) return capitalise(createRelativeTimeFormat(reader).format(0, "second"), reader);
	if (age < HOUR_MS) return formatAgeInUnit(Math.floor(age / MINUTE_MS), "minute", reader);
	if (age < MAX_AGE_IN_HOURS_MS || dayNumber(date, reader) === dayNumber(reader.now, reader))
		return formatAgeInUnit(Math.floor(age / HOUR_MS), "hour", reader);
	return nearDayText(date, reader);
}

/** Full date and time for tooltips and screen readers: "Monday, 23 November 2026 at 23:30 UTC". */
export function fullText(date: Date, reader: ReaderLocale): string {
	return getDateFormatter(reader, { ...FULL_DATE_FORMAT, ...zoneName(reader) }).format(date);
}

/** The language tag of the texts that the time formatters write for this viewer. */
export const textLanguage = (reader: ReaderLocale): string =>
	getDateFormatter(reader, CLOCK_FORMAT).resolvedOptions().locale;

function dayForm(date: Date, reader: ReaderLocale): Intl.DateTimeFormatOptions {
	const year = (moment: Date) => getDateFormatter(reader, { year: "numeric" }).format(moment);
	return year(date) === year(reader.now) ? DAY_FORMAT : DAY_WITH_YEAR;
}

const createRelativeTimeFormat = ({ locale }: ReaderLocale) =>
	new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

const formatAgeInUnit = (count: number, name: "minute" | "hour", { locale }: ReaderLocale): string =>
	new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(count);

function capitalise(text: string, reader: ReaderLocale): string {
	const [first = ""] = text;
	return first.toLocaleUpperCase(textLanguage(reader)) + text.slice(first.length);
}
