import { writeMessage } from "#app/models/message/write.server.ts";
import { type EventTransaction, endLiveAnswer, readStoppedText } from "#app/realtime/publish.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { supersedeTurn } from "./ai-turn.server.ts";

/**
 * Stops the running answer of a session, in the transaction that makes the answer unnecessary: a person was requested,
 * an agent took over, or the session ended. The text that the customer has read stays as a message with the answer's
 * id, marked `stopped`, and replaces the live answer on every page. After a crash, either both the change and this
 * message exist, or neither.
 *
 * A newer question does not stop an answer this way: the next answer covers both questions and replaces the unfinished
 * one (docs/decisions/026-stopped-answers.md). The caller has locked the session.
 */
export async function stopAnswer(tx: EventTransaction, sessionId: string): Promise<void> {
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

/**
 * Removes half a surrogate pair from the end of a text. A stopped answer may be cut within a pair, and Postgres cannot
 * store half of one.
 */
const withoutHalfCharacter = (text: string): string => text.replace(/[\ud800-\udbff]$/, "").trimEnd();
