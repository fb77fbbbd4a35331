import { isFrustrated } from "#app/ai/escalation/frustration.ts";
import { mentionsInjuryOrDanger, mentionsLegalAction } from "#app/ai/escalation/sensitive-topics.ts";
import { makeUrgent, readNewestTexts } from "#app/models/chat-session/urgency.server.ts";

/**
 * Raises the priority of a conversation whose customer writes in anger, of the law or of an injury while no assistant
 * reads it. What the assistant reads it judges itself, and the queue keeps its reason.
 * @param text what the customer just wrote; null reads their newest messages.
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
