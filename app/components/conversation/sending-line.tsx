import { Button } from "#app/components/ui/index.ts";
import type { OutboxEntry } from "#app/realtime/client/outbox/entries.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ViewerSide } from "./side.ts";

/** An outbox entry converted to a message, so that the transcript can show it. */
export function unsentMessage(entry: OutboxEntry, side: ViewerSide): Message {
	return {
		id: entry.clientMessageId,
		sessionId: entry.sessionId ?? "",
		seq: 0,
		clientMessageId: entry.clientMessageId,
		senderType: side,
		senderName: null,
		message: entry.text,
		messageType: "text",
		metadata: {},
		isRead: false,
		sentAt: new Date(entry.writtenAt).toISOString(),
	};
}

/**
 * The line below a message that the server has not acknowledged: it is being sent, or why it was not sent and what the
 * customer can do.
 */
export function SendingStatus({
	entry,
	endsRun,
	onRetry,
	onDiscard,
}: {
	entry: OutboxEntry;
	endsRun: boolean;
	onRetry: (clientMessageId: string) => void;
	onDiscard: (clientMessageId: string) => void;
}) {
	const tryAgain = (
		<Button type="button" variant="quiet" size="compact" onClick={() => onRetry(entry.clientMessageId)}>
			Try again
		</Button>
	);
	if (entry.refusal) {
		return (
			<div role="alert" className="flex flex-wrap items-center justify-end gap-2 text-danger text-sm">
				<span>Not sent. {entry.refusal}</span>
				{tryAgain}
				<Button type="button" variant="quiet" size="compact" onClick={() => onDiscard(entry.clientMessageId)}>
					Edit
				</Button>
			</div>
		);
	}
	if (entry.waitsFor) {
		return (
			<div className="flex flex-wrap items-center justify-end gap-2 text-ink-soft text-sm">
				<span>Not sent yet. {entry.waitsFor}</span>
				{tryAgain}
			</div>
		);
	}
	return (
		<p aria-live="off" className="text-ink-soft text-sm">
			{endsRun ? "Sending" : null}
		</p>
	);
}
