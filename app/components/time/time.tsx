import { memo } from "react";
import { useClock } from "./clock.ts";
import {
	ageText,
	clockText,
	dayNumber,
	dayText,
	fullText,
	nearDayText,
	type ReaderLocale,
	textLanguage,
} from "./format-time.ts";

/** The time of day, with the day if the time is not today. @param iso the time in ISO 8601. */
export function ClockTime({ iso }: { iso: string }) {
	return <TimeText iso={iso} precision="day" write={clockText} />;
}

/** The age of a list entry: "12 min", "3 hr", "Yesterday", "Mon 23 Nov". @param iso the entry's time in ISO 8601. */
export function RelativeTime({ iso }: { iso: string }) {
	return <TimeText iso={iso} precision="minute" write={ageText} />;
}

/** A heading with the day of the messages below the heading. @param iso any time on that day, in ISO 8601. */
export const DaySeparator = memo(function DaySeparator({ iso }: { iso: string }) {
	const clock = useClock("day");
	const date = new Date(iso);
	return (
		<p className="my-1 flex items-center gap-3 self-stretch text-ink-soft text-sm before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
			<time dateTime={iso} lang={languageOf(clock)} title={dayText(date, clock)} data-day>
				{/* The heading does not say "Today" without scripts, because that would become wrong on a page that stays
				    open over midnight. */}
				{clock.showsTimeZone ? dayText(date, clock) : nearDayText(date, clock)}
			</time>
		</p>
	);
});

/** The full date and time as text, for a tooltip. */
export function useFullTime(iso: string): string {
	return fullText(new Date(iso), useClock("day"));
}

/** Returns a function that gives the calendar day of a time for the viewer; equal numbers mean the same day. */
export function useDayOf(): (iso: string) => number {
	const clock = useClock("day");
	return (iso) => dayNumber(new Date(iso), clock);
}

/** A short time text, with the full date for screen readers and in the tooltip. */
function TimeText({
	iso,
	precision,
	write,
}: {
	iso: string;
	precision: "minute" | "day";
	write: (date: Date, reader: ReaderLocale) => string;
}) {
	const clock = useClock(precision);
	const date = new Date(iso);
	const full = fullText(date, clock);
	// Without scripts the page would never update an age such as "12 min", so it shows the time of day.
	const short = clock.showsTimeZone ? clockText(date, clock) : write(date, clock);
	return (
		<time dateTime={iso} title={full} lang={languageOf(clock)}>
			<span aria-hidden="true">{short}</span>
			<span className="sr-only">{full}</span>
		</time>
	);
}

/** The language tag for `lang` of a time text; undefined for English, which is the page's language. */
function languageOf(reader: ReaderLocale): string | undefined {
	const language = textLanguage(reader);
	return language.startsWith("en") ? undefined : language;
}
