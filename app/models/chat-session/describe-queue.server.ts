import { env } from "#app/env.server.ts";
import { isOpenAt, nextOpening } from "#app/models/setting/business-hours.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import type { QueueState } from "#app/realtime/events.ts";
import { expectedWait } from "./expected-wait.server.ts";
import { queueText } from "./queue-texts.ts";
import { waitTexts } from "./wait-texts.ts";

/** The data of one queued session that its queue state is computed from. */
type QueuedCustomer = {
	/** Position in the queue; 1 is next. */
	position: number;
	queuedAt: Date | null;
	queueDeadline: Date | null;
	/** The language of the queued customer, BCP 47. */
	language: string;
};

/** Availability of agents and opening hours, which do not differ between queued customers. */
type TeamState = { isTeamAvailable: boolean; hours: SettingValue<"business_hours">; now: Date };

/** The queue state that a customer sees: queue position, expected wait and whether an agent is available. */
export function describeQueue(
	waiting: QueuedCustomer,
	{ isTeamAvailable, hours, now }: TeamState,
): QueueState {
	const isOverdue = waiting.queueDeadline !== null && waiting.queueDeadline <= now;
	const isOpen = isOpenAt(hours, now);
	const state = !isOpen ? "closed" : isOverdue ? "overdue" : isTeamAvailable ? "waiting" : "nobody-there";
	const facts = {
		position: waiting.position,
		state,
		recentWaitSeconds: expectedWait(waiting.queuedAt, now),
		deadline: waiting.queueDeadline?.toISOString() ?? null,
		opensAt: nextOpening(hours, now)?.toISOString() ?? null,
		timeZone: hours.timeZone,
		canEmail: env().SMTP_URL !== undefined,
	} as const;
	const texts = waitTexts(waiting.language);
	return { ...facts, text: queueText(facts, texts), language: texts.language };
}
