import type { Queue } from "#app/realtime/events.ts";

/** What somebody who waits is told of it, in plain sentences. */

/** How long it may take, or why it will take longer: only what is known. */
export function expectation(queue: Queue): string {
	switch (queue.state) {
		case "closed":
			return queue.opensAt
				? `We are away now and back on ${openingTime(queue.opensAt, queue.timeZone)}.`
				: "We are away now.";
		case "nobody-there":
			return "Nobody from the team is here right now.";
		case "overdue":
			return "You have been moved ahead; how much longer it takes we cannot say.";
		default:
			return queue.recentWaitSeconds === null
				? "We don't know yet how long it will take."
				: `Lately people waited ${about(queue.recentWaitSeconds)}.`;
	}
}

/** Whether it is better to leave an address than to stay: nobody is there, or nobody has come in time. */
export const offersEmail = (queue: Queue): boolean => queue.state !== "waiting";

/** "about 4 minutes"; seconds would promise more than a median knows. */
function about(seconds: number): string {
	if (seconds < 60) return "less than a minute";
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
	const hours = Math.round(minutes / 60);
	return hours === 1 ? "about an hour" : `about ${hours} hours`;
}

/** "Monday 30 November at 09:00 (Europe/Lisbon)": the same on the server and in any browser. */
function openingTime(iso: string, timeZone: string): string {
	const at = new Date(iso);
	const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone })
		.format(at)
		.replace(",", "");
	const clock = new Intl.DateTimeFormat("en-GB", {
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
		timeZone,
	}).format(at);
	return `${day} at ${clock} (${timeZone.replaceAll("_", " ")})`;
}
