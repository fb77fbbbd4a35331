import { isFrustrated } from "#app/ai/escalation/frustration.ts";
import { mentionsInjuryOrDanger, mentionsLegalAction } from "#app/ai/escalation/sensitive-topics.ts";
import { makeUrgent, readNewestTexts } from "#app/models/chat-session/urgency.server.ts";

/**
 * Raises the priority of a session whose customer is angry or mentions legal action or an injury. The job runs only
 * while the assistant does not answer in the session; otherwise the assistant's own escalation rules apply.
 * @param text the customer's new message; null checks the customer's newest messages.
 */
export async function checkUrgency({
	sessionId,
	text,
}: {
	sessionId: string;
	text: string | null;
}): Promise<void> {
	const texts = text === null ? await readNewestTexts(sessionId) : [text];
	if (texts.some(mentionsInjuryOrDanger)) await makeUrgent(sessionId, "urgent");
	else if (texts.some((words) => mentionsLegalAction(words) || isFrustrated(words)))
		await makeUrgent(sessionId, "high");
}
