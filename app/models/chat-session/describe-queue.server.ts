import { env } from "#app/env.server.ts";
import { isOpenAt, nextOpening } from "#app/models/setting/business-hours.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import type { Queue } from "#app/realtime/events.ts";
import { expectedWait } from "./expected-wait.server.ts";
import { queueText } from "./queue-words.ts";
import { waitWords } from "./wait-words.ts";

/** What is known of one waiting customer. */
type Waiting = {
	/** 1 is next. */
	position: number;
	queuedAt: Date | null;
	queueDeadline: Date | null;
	/** BCP 47, of the customer. */
	language: string;
};

/** What is the same for all waiting customers. */
type Team = { isAnybodyThere: boolean; hours: SettingValue<"business_hours">; now: Date };

/** The state of the queue as one waiting customer sees it: place, expected wait and whether anybody is there. */
export function describeQueue(waiting: Waiting, { isAnybodyThere, hours, now }: Team): Queue {
	const isOverdue = waiting.queueDeadline !== null && waiting.queueDeadline <= now;
	const isOpen = isOpenAt(hours, now);
	const state = !isOpen ? "closed" : isOverdue ? "overdue" : isAnybodyThere ? "waiting" : "nobody-there";
	const facts = {
		position: waiting.position,
		state,
		recentWaitSeconds: expectedWait(waiting.queuedAt, now),
		deadline: waiting.queueDeadline?.toISOString() ?? null,
		opensAt: nextOpening(hours, now)?.toISOString() ?? null,
		timeZone: hours.timeZone,
		canEmail: env().SMTP_URL !== undefined,
	} as const;
	const words = waitWords(waiting.language);
	return { ...facts, text: queueText(facts, words), language: words.language };
}
