import { writeMessage } from "#app/models/message/write.server.ts";
import { endLiveAnswer, readStoppedText } from "#app/realtime/publish.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import type { Transaction } from "#db/client.server.ts";
import { supersedeTurn } from "./ai-turn.server.ts";

/**
 * Stops the answer under way, in the transaction of whoever makes it unnecessary: a person was requested, an agent
 * took over, or the conversation ended. The words the customer has read so far stay as a message with the answer's
 * own id, marked `stopped`, so every page replaces the live words with it. It is written with the change itself, so
 * a crash leaves both or neither, and the assistant can no longer write the same answer.
 *
 * A newer question is not such a stop: the next answer covers both questions and replaces the half one (see
 * docs/decisions/026-stopped-answers.md). The caller has locked the session.
 */
export async function stopAnswer(tx: Transaction, sessionId: string): Promise<void> {
	const turn = await supersedeTurn(tx, sessionId);
	if (!turn) return;
	const text = withoutHalfCharacter(readStoppedText(sessionId, turn));
	if (!hasVisibleText(text)) return;
	await writeMessage(tx, {
		id: turn.messageId,
		sessionId,
		senderType: "bot",
		senderName: "Assistant",
		message: text,
		metadata: { stopped: true },
	});
	endLiveAnswer(sessionId, turn.messageId);
}

/** Words are cut anywhere, also within a surrogate pair, and half of one cannot be stored. */
const withoutHalfCharacter = (text: string): string => text.replace(/[\ud800-\udbff]$/, "").trimEnd();
