import type { Queue } from "#app/realtime/events.ts";

/** Place in the queue and expected wait as sentences for the waiting customer. */

export type WaitWords = {
	/** Language of these words, two letters. */
	language: string;
	place: (position: number) => string;
	away: string;
	backOn: (when: string) => string;
	nobody: string;
	ahead: string;
	unknown: string;
	/** `about` or `moment` in it. */
	current: (howLong: string) => string;
	moment: string;
	/** A number with its unit, which stands in the form it has by itself. */
	about: (duration: string) => string;
};

export const ENGLISH_WAIT: WaitWords = {
	language: "en",
	place: (position) => `You are number ${position} in the queue.`,
	away: "We are away now.",
	backOn: (when) => `We are away now and back on ${when}.`,
	nobody: "Our team is offline right now.",
	ahead: "We can't say yet how long it will take.",
	unknown: "We don't know yet how long it will take.",
	current: (howLong) => `Current wait: ${howLong}.`,
	moment: "less than a minute",
	about: (duration) => `about ${duration}`,
};

/** What the sentences are made of. */
export type QueueFacts = Omit<Queue, "text" | "language">;

/** The place in the queue and what to expect, in one text. */
export const queueText = (queue: QueueFacts, words: WaitWords = ENGLISH_WAIT): string =>
	`${words.place(queue.position)} ${expectation(queue, words)}`;

/** How long it may take, or why it will take longer: only what is known. */
export function expectation(queue: QueueFacts, words: WaitWords = ENGLISH_WAIT): string {
	switch (queue.state) {
		case "closed":
			return queue.opensAt ? words.backOn(openingTime(queue, queue.opensAt, words.language)) : words.away;
		case "nobody-there":
			return words.nobody;
		case "overdue":
			return words.ahead;
		default:
			return queue.recentWaitSeconds === null
				? words.unknown
				: words.current(duration(queue.recentWaitSeconds, words));
	}
}

/** Whether to ask for an address: nobody is there or nobody came in time, and email can be sent. */
export const offersEmail = (queue: Queue): boolean => queue.canEmail && queue.state !== "waiting";

/** "about 4 minutes"; seconds would promise more than a median knows. */
function duration(seconds: number, words: WaitWords): string {
	if (seconds < 60) return words.moment;
	const minutes = Math.round(seconds / 60);
	const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
	if (words.language === "en" && count === 1) return `about ${unit === "hour" ? "an hour" : "a minute"}`;
	const format = { style: "unit", unit, unitDisplay: "long" } as const;
	return words.about(new Intl.NumberFormat(withLatinDigits(words.language), format).format(count));
}

/** "Monday 30 November at 09:00 (Europe/Lisbon)": on the store's clock, which is not the reader's. */
function openingTime({ timeZone }: QueueFacts, iso: string, language: string): string {
	const at = new Date(iso);
	const locale = language === "en" ? "en-GB" : withLatinDigits(language);
	const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone });
	const clock = new Intl.DateTimeFormat(locale, {
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
		timeZone,
	});
	const zone = timeZone.replaceAll("_", " ");
	if (language !== "en") return `${day.format(at)}, ${clock.format(at)} (${zone})`;
	return `${day.format(at).replace(",", "")} at ${clock.format(at)} (${zone})`;
}

/** As places in the queue and order numbers are written. */
const withLatinDigits = (language: string): string => `${language}-u-nu-latn`;
