import { z } from "zod/v4";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Weekday = (typeof WEEKDAYS)[number];

/**
 * Step of the search for the store's next opening, in minutes. Opening times and the offsets of all time zones are
 * multiples of it.
 */
const STEP_MINUTES = 5;
const STEP_MS = STEP_MINUTES * 60_000;
/** Days after which the search for the store's next opening stops; longer than any announced holidays. */
const MAX_DAYS_AHEAD = 31;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5][05]$|^24:00$/, {
	error: 'Write times as "09:00", in steps of five minutes.',
});
const openingSpan = z.tuple([timeOfDay, timeOfDay]).refine(([from, to]) => from < to, {
	error: 'The first time must be before the second, as ["09:00", "17:00"].',
});

export const businessHours = z.object({
	timeZone: z
		.string()
		.default("UTC")
		.refine(isTimeZone, { error: 'Name a time zone such as "Europe/Lisbon".' }),
	/** Opening times of the store by day of the week; a missing day is closed. Null: the store is always open. */
	days: z.partialRecord(z.enum(WEEKDAYS), z.array(openingSpan)).nullable().default(null),
	/** Days on which the store is closed, as YYYY-MM-DD. */
	closedOn: z.array(z.iso.date()).default([]),
});
export type BusinessHours = z.infer<typeof businessHours>;

/** Whether the store is open at a time. */
export function isOpenAt(hours: BusinessHours, at: Date): boolean {
	const { day, date, clock } = storeClock(hours.timeZone, at);
	if (hours.closedOn.includes(date)) return false;
	if (hours.days === null) return true;
	return (hours.days[day] ?? []).some(([from, to]) => from <= clock && clock < to);
}

/**
 * The store's first opening after a time at which it is closed.
 * @returns null when the store is open, and when it does not open within a month.
 */
export function nextOpening(hours: BusinessHours, at: Date): Date | null {
	if (isOpenAt(hours, at)) return null;
	const first = Math.floor(at.getTime() / STEP_MS) * STEP_MS;
	const key = `${first} ${JSON.stringify(hours)}`;
	if (cachedOpening.key !== key) cachedOpening = { key, opening: findOpening(hours, first) };
	return cachedOpening.opening;
}

/**
 * The result of the last search for an opening, cached because every event asks for that opening while the store is
 * closed.
 */
let cachedOpening: { key: string; opening: Date | null } = { key: "", opening: null };

function findOpening(hours: BusinessHours, first: number): Date | null {
	const last = first + MAX_DAYS_AHEAD * 86_400_000;
	for (let at = first + STEP_MS; at < last; at += STEP_MS) {
		if (isOpenAt(hours, new Date(at))) return new Date(at);
	}
	return null;
}

/** One date format for each time zone in use, kept because creating one takes 30 µs. */
const clockFormats = new Map<string, Intl.DateTimeFormat>();

/**
 * Returns the date format for a time zone.
 * @throws RangeError for an unknown time zone.
 */
function clockFormat(timeZone: string): Intl.DateTimeFormat {
	let format = clockFormats.get(timeZone);
	if (!format) {
		format = new Intl.DateTimeFormat("en-US", {
			timeZone,
			hourCycle: "h23",
			weekday: "short",
			year: "numeric",
			month: "2-digit",
			day: "2-digit",
			hour: "2-digit",
			minute: "2-digit",
		});
		clockFormats.set(timeZone, format);
	}
	return format;
}

function storeClock(timeZone: string, at: Date): { day: Weekday; date: string; clock: string } {
	const part = Object.fromEntries(
		clockFormat(timeZone)
			.formatToParts(at)
			.map(({ type, value }) => [type, value]),
	);
	return {
		day: (part.weekday ?? "").toLowerCase() as Weekday,
		date: `${part.year}-${part.month}-${part.day}`,
		clock: `${part.hour}:${part.minute}`,
	};
}

function isTimeZone(name: string): boolean {
	try {
		clockFormat(name);
		return true;
	} catch {
		return false;
	}
}
