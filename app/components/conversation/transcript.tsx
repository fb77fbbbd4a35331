import { Fragment, type ReactNode } from "react";
import { DaySeparator, useDayOf } from "#app/components/time/time.tsx";
import { Button, useFocusAfterRemoval } from "#app/components/ui/index.ts";
import type { ShownTransport } from "#app/realtime/client/connection/transports.ts";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import type { OutboxEntry } from "#app/realtime/client/outbox/entries.ts";
import type { Message } from "#app/realtime/events.ts";
import type { PostForm } from "./form-post.ts";
import { findOpenIdentityMessage } from "./identity-forms.tsx";
import { LiveBubble, MessageBubble, ProgressLine } from "./message-bubble.tsx";
import { runPositions } from "./message-runs.ts";
import { SendingStatus, unsentMessage } from "./sending-line.tsx";
import type { ViewerSide } from "./side.ts";
import { useFollowEnd, useMutedLog, useVisibleMessages } from "./transcript-hooks.ts";
import { useReadingPosition } from "./use-reading-position.ts";

/** The transcript of a conversation: the history, the live answer, and the messages that are not acknowledged yet. */
export function Transcript({
	conversation,
	outbox,
	transport,
	side,
	isLoadingOlder,
	onLoadOlder,
	onRetry,
	onDiscard,
	onRequestAgent,
	onSeen,
	onPostForm,
	customerName = null,
	empty,
	className = "",
}: {
	conversation: Conversation;
	outbox: OutboxEntry[];
	/** The present transport, as an attribute of the transcript element, for operators and tests. */
	transport: ShownTransport;
	side: ViewerSide;
	isLoadingOlder: boolean;
	onLoadOlder: () => void;
	onRetry: (clientMessageId: string) => void;
	onDiscard: (clientMessageId: string) => void;
	/** Requests an agent; undefined when the customer cannot request one now. */
	onRequestAgent?: () => void;
	/** Called with the sequence of each message that becomes visible on the screen. */
	onSeen: (seq: number) => void;
	/** Posts a form that is inside a message. */
	onPostForm?: PostForm;
	/** The customer's name, for the agent's page. */
	customerName?: string | null;
	empty: ReactNode;
	className?: string;
}) {
	const { messages, hasOlder, live, isThinking, typing } = conversation;
	const unsent = outbox.filter(
		(entry) => !messages.some((message) => message.clientMessageId === entry.clientMessageId),
	);
	const follow = useFollowEnd(
		`${messages.at(-1)?.id ?? ""}|${live?.text.length ?? 0}|${unsent.length}|${isThinking}|${typing !== null}`,
	);
	useReadingPosition(follow, conversation, onLoadOlder);
	useVisibleMessages(follow.ref, messages.length, onSeen);
	const otherName = side === "agent" ? (customerName ?? "Visitor") : "Support";
	const ownName = messages.findLast((message) => message.senderType === side)?.senderName ?? null;
	const unsentAt = unsent.map((entry) => new Date(entry.writtenAt).toISOString());
	const isQuiet = useMutedLog(isLoadingOlder);
	// The link to earlier messages and the forms in messages disappear after use, so the focus must move to another
	// element.
	useFocusAfterRemoval(follow.ref, () => follow.ref.current);
	const working = [
		isThinking && !live ? "Assistant is thinking" : null,
		typing ? `${typing.name ?? otherName} is typing` : null,
	].filter((text) => text !== null);
	const positions = runPositions(
		[...messages, ...unsentAt.map((sentAt) => ({ senderType: side, senderName: ownName, sentAt }))],
		useDayOf(),
	);
	const identityStep = findOpenIdentityMessage(messages);
	const isEmpty = messages.length === 0 && unsent.length === 0 && !live;
	return (
		<div className={`relative min-h-0 ${className}`}>
			<div
				ref={follow.ref}
				onScroll={follow.onScroll}
				role="log"
				aria-label="Conversation"
				aria-live={isQuiet ? "off" : undefined}
				aria-busy={isLoadingOlder || undefined}
				data-transport={transport}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
				tabIndex={0}
				className="flex h-full flex-col gap-3 overflow-y-auto overscroll-contain px-4 pt-12 pb-2 focus-visible:-outline-offset-2"
			>
				{hasOlder && messages[0] ? (
					<a
						href={`?before=${messages[0].seq}`}
						onClick={(event) => {
							event.preventDefault();
							onLoadOlder();
						}}
						className="self-center text-accent text-sm underline underline-offset-2"
					>
						{isLoadingOlder ? "Loading earlier messages" : "Show earlier messages"}
					</a>
				) : null}
				{isEmpty ? empty : null}
				{/* Acknowledged and unacknowledged messages are in one list, so that a message keeps its element and screen
				    readers announce it only once. */}
				{[
					...messages.map((message, index) => (
						<Fragment key={reactKeyOf(message, side)}>
							{positions[index]?.startsDay ? <DaySeparator iso={message.sentAt} /> : null}
							<MessageBubble
								message={message}
								side={side}
								customerName={customerName}
								startsRun={positions[index]?.startsRun}
								endsRun={positions[index]?.endsRun}
								onRequestAgent={
									message === messages.at(-1) && message.metadata.offersPerson ? onRequestAgent : undefined
								}
								onPostForm={onPostForm}
								isIdentityStep={message === identityStep}
							/>
						</Fragment>
					)),
					live ? <LiveBubble key="live" text={live.text} /> : null,
					...unsent.map((entry, index) => {
						const message = unsentMessage(entry, side);
						const position = positions[messages.length + index];
						return (
							<Fragment key={reactKeyOf(message, side)}>
								{position?.startsDay ? <DaySeparator iso={message.sentAt} /> : null}
								<MessageBubble
									message={message}
									side={side}
									startsRun={position?.startsRun}
									endsRun={position?.endsRun}
									sending={
										<SendingStatus
											entry={entry}
											endsRun={position?.endsRun ?? true}
											onRetry={onRetry}
											onDiscard={onDiscard}
										/>
									}
								/>
							</Fragment>
						);
					}),
				]}
				{/* The space of the "is writing" line is always reserved, so that nothing moves when somebody starts or stops
				    writing. */}
				<div aria-live="off" className="flex min-h-5 flex-wrap items-end gap-x-4">
					{working.map((text) => (
						<ProgressLine key={text} text={text} />
					))}
				</div>
			</div>
			{follow.isAway ? (
				<div className="absolute inset-x-0 bottom-3 flex justify-center">
					<Button
						type="button"
						variant="secondary"
						size="compact"
						onClick={follow.toEnd}
						className="shadow-float"
					>
						Jump to latest
					</Button>
				</div>
			) : null}
		</div>
	);
}

/**
 * The React key of a message. A message of this viewer uses the id that the browser gave it, which stays equal after
 * the server has stored the message.
 */
const reactKeyOf = ({ id, clientMessageId, senderType }: Message, side: ViewerSide): string =>
	(senderType === side && clientMessageId) || id;
