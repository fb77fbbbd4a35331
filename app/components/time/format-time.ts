/** For whom a moment is written. Without a zone or a locale the browser's own are used. */
export type Reader = {
	now: Date;
	/** IANA name of a time zone. */
	timeZone?: string;
	/** BCP 47 language tag. */
	locale?: string;
	/** The zone is not known to be the reader's own, so the text names it. */
	namesZone?: boolean;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Up to this age a list says how long ago something was, even if it was before midnight. */
const HOURS_LIMIT_MS = 12 * HOUR_MS;

const DAY = { weekday: "short", day: "numeric", month: "short" } as const;
const DAY_WITH_YEAR = { day: "numeric", month: "short", year: "numeric" } as const;
const CLOCK = { hour: "numeric", minute: "2-digit" } as const;
const FULL = {
	weekday: "long",
	day: "numeric",
	month: "long",
	year: "numeric",
	...CLOCK,
} as const;

// Making a formatter costs more than a hundred uses of it. One entry for each zone, locale and form: on the
// server these are constants, in a browser they are the reader's.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter({ timeZone, locale }: Reader, form: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = `${locale} ${timeZone} ${JSON.stringify(form)}`;
	let known = formatters.get(key);
	if (!known) {
		known = new Intl.DateTimeFormat(locale, { ...form, timeZone });
		formatters.set(key, known);
	}
	return known;
}

const zoneName = ({ namesZone }: Reader) => (namesZone ? ({ timeZoneName: "short" } as const) : {});

/**
 * The calendar day of a moment in the reader's zone.
 * @returns days since 1 January 1970 in that zone's calendar; neighbouring days differ by 1, also when clocks change.
 */
export function dayNumber(date: Date, reader: Reader): number {
	const form = { year: "numeric", month: "numeric", day: "numeric" } as const;
	const parts = formatter({ ...reader, locale: "en-US-u-ca-gregory-nu-latn" }, form).formatToParts(date);
	const part = (type: Intl.DateTimeFormatPartTypes) =>
		Number(parts.find((candidate) => candidate.type === type)?.value);
	return Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS;
}

/** "11:30 PM" today, "Mon 23 Nov, 11:30 PM" this year, "23 Nov 2025, 11:30 PM" before; with the zone where the reader needs it. */
export function clockText(date: Date, reader: Reader): string {
	const clock = { ...CLOCK, ...zoneName(reader) };
	if (dayNumber(date, reader) === dayNumber(reader.now, reader)) return formatter(reader, clock).format(date);
	return formatter(reader, { ...dayForm(date, reader), ...clock }).format(date);
}

/** "Mon 23 Nov", or "23 Nov 2025" in another year than the present one. */
export function dayText(date: Date, reader: Reader): string {
	return formatter(reader, dayForm(date, reader)).format(date);
}

/** "Today" and "Yesterday" in the reader's language, else as `dayText`. */
export function nearDayText(date: Date, reader: Reader): string {
	const daysAgo = dayNumber(reader.now, reader) - dayNumber(date, reader);
	if (daysAgo !== 0 && daysAgo !== 1) return dayText(date, reader);
	return capitalised(relative(reader).format(-daysAgo, "day"), reader);
}

/** For lists: "Now", "12 min", "3 hr", "Yesterday", "Mon 23 Nov". A moment in the future counts as now. */
export function ageText(date: Date, reader: Reader): string {
	const age = reader.now.getTime() - date.getTime();
	if (age < MINUTE_MS) return capitalised(relative(reader).format(0, "second"), reader);
	if (age < HOUR_MS) return unit(Math.floor(age / MINUTE_MS), "minute", reader);
	if (age < HOURS_LIMIT_MS || dayNumber(date, reader) === dayNumber(reader.now, reader))
		return unit(Math.floor(age / HOUR_MS), "hour", reader);
	return nearDayText(date, reader);
}

/** "Monday, 23 November 2026 at 23:30 UTC": everything, for tooltips and screen readers. */
export function fullText(date: Date, reader: Reader): string {
	return formatter(reader, { ...FULL, ...zoneName(reader) }).format(date);
}

/** The language that these texts are in. */
export const textLanguage = (reader: Reader): string => formatter(reader, CLOCK).resolvedOptions().locale;

function dayForm(date: Date, reader: Reader): Intl.DateTimeFormatOptions {
	const year = (moment: Date) => formatter(reader, { year: "numeric" }).format(moment);
	return year(date) === year(reader.now) ? DAY : DAY_WITH_YEAR;
}

const relative = ({ locale }: Reader) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

const unit = (count: number, name: "minute" | "hour", { locale }: Reader): string =>
	new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(count);

function capitalised(text: string, reader: Reader): string {
	const [first = ""] = text;
	return first.toLocaleUpperCase(textLanguage(reader)) + text.slice(first.length);
}
