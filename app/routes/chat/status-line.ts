import type { Session } from "#app/realtime/events.ts";

/**
 * The text that says who answers the customer now; the page without scripts uses it too.
 * @param customerName null while no customer is signed in.
 * @param isAgentHere whether the agent has the session open; null when unknown.
 */
export function statusText(
	session: Session | null,
	{ customerName, isAgentHere }: { customerName: string | null; isAgentHere: boolean | null },
): string {
	const signedIn = customerName ? ` · signed in as ${customerName}` : "";
	switch (session?.status) {
		case "queued":
			return "Waiting for a member of our team";
		case "agent":
			return isAgentHere === false
				? `${session.agentName ?? "Your agent"} will be right back and will see your message${signedIn}`
				: `${session.agentName ?? "An agent"} is with you${signedIn}`;
		case "ended":
			return "This conversation has ended";
		default:
			return `Instant answers · a person on request${signedIn}`;
	}
}
