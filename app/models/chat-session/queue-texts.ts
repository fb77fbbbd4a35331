import type { QueueState } from "#app/realtime/events.ts";

/** The sentences that tell a queued customer the queue position and the expected wait. */

export type WaitTexts = {
	/** Language of the sentences about the queue, BCP 47. */
	language: string;
	position: (position: number) => string;
	agentsAway: string;
	backOn: (when: string) => string;
	noAgent: string;
	ahead: string;
	unknown: string;
	/** Sentence about the expected wait; `howLong` is the text of `about` or `moment`. */
	currentWait: (howLong: string) => string;
	lessThanAMinute: string;
	/** The text "about …" with a duration such as "4 minutes". */
	aboutMinutes: (durationText: string) => string;
};

export const ENGLISH_WAIT_TEXTS: WaitTexts = {
	language: "en",
	position: (position) => `You are number ${position} in the queue.`,
	agentsAway: "We are away now.",
	backOn: (when) => `We are away now and back on ${when}.`,
	noAgent: "Our team is offline right now.",
	ahead: "We can't say yet how long it will take.",
	unknown: "We don't know yet how long it will take.",
	currentWait: (howLong) => `Current wait: ${howLong}.`,
	lessThanAMinute: "less than a minute",
	aboutMinutes: (formatDuration) => `about ${formatDuration}`,
};

/** The data from which the sentences for a queued customer are made. */
export type QueueFacts = Omit<QueueState, "text" | "language">;

/** The queue position and the expected wait of a queued customer, as one text. */
export const queueText = (queue: QueueFacts, texts: WaitTexts = ENGLISH_WAIT_TEXTS): string =>
	`${texts.position(queue.position)} ${expectedWaitText(queue, texts)}`;

/** The expected waiting time in the queue for an agent, or the reason for a longer one. Unknown values are left out. */
export function expectedWaitText(queue: QueueFacts, texts: WaitTexts = ENGLISH_WAIT_TEXTS): string {
	switch (queue.state) {
		case "closed":
			return queue.opensAt
				? texts.backOn(openingTimeText(queue, queue.opensAt, texts.language))
				: texts.agentsAway;
		case "nobody-there":
			return texts.noAgent;
		case "overdue":
			return texts.ahead;
		default:
			return queue.recentWaitSeconds === null
				? texts.unknown
				: texts.currentWait(formatWait(queue.recentWaitSeconds, texts));
	}
}

/**
 * Whether the page asks a queued customer for an email address. It asks when email can be sent, and no agent is
 * available or no agent came in the announced time.
 */
export const isEmailOffered = (queue: QueueState): boolean => queue.canEmail && queue.state !== "waiting";

/** A duration such as "about 4 minutes", without seconds because it is an estimate. */
function formatWait(seconds: number, texts: WaitTexts): string {
	if (seconds < 60) return texts.lessThanAMinute;
	const minutes = Math.round(seconds / 60);
	const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
	if (texts.language === "en" && count === 1) return `about ${unit === "hour" ? "an hour" : "a minute"}`;
	const format = { style: "unit", unit, unitDisplay: "long" } as const;
	return texts.aboutMinutes(new Intl.NumberFormat(withLatinDigits(texts.language), format).format(count));
}

/** An opening time of the store, such as "Monday 30 November at 09:00 (Europe/Lisbon)", in the store's time zone. */
function openingTimeText({ timeZone }: QueueFacts, iso: string, language: string): string {
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

/** Returns a locale whose numbers use the digits 0 to 9, as queue positions and order numbers do. */
const withLatinDigits = (language: string): string => `${language}-u-nu-latn`;
