import {
	Fragment,
	type ReactNode,
	type RefObject,
	useEffect,
	useLayoutEffect,
	useRef,
	useState,
} from "react";
import { DaySeparator, useDayOf } from "#app/components/time/time.tsx";
import { Button } from "#app/components/ui/index.ts";
import type { Conversation } from "#app/realtime/client/conversation.ts";
import type { Transport } from "#app/realtime/client/line/rungs.ts";
import type { OutboxEntry } from "#app/realtime/client/outbox/entries.ts";
import { BubbleBody } from "./bubble-body.tsx";
import { openIdentityStep } from "./identity-forms.tsx";
import { LiveBubble, MessageBubble, type Side, WorkingLine } from "./message-bubble.tsx";
import type { Act } from "./posted-fields.ts";
import { ALONE, placesInRuns, type RunPlace } from "./run.ts";

/** Within this distance of the end the reader is following, and new messages move the page along. */
const FOLLOW_PX = 100;

// On the server there is no layout to measure, and React would warn.
const useBrowserLayoutEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** The conversation as it stands and grows: history, what is being written, what is on its way. */
export function Transcript({
	conversation,
	outbox,
	transport,
	side,
	isLoadingOlder,
	onLoadOlder,
	onRetry,
	onDiscard,
	onCallPerson,
	onSeen,
	onAct,
	customerName = null,
	empty,
	className = "",
}: {
	conversation: Conversation;
	outbox: OutboxEntry[];
	/** By which way the conversation is read, for operators and tests: it stands on the log. */
	transport: Transport;
	side: Side;
	isLoadingOlder: boolean;
	onLoadOlder: () => void;
	onRetry: (clientMessageId: string) => void;
	onDiscard: (clientMessageId: string) => void;
	/** Set while a person can still be called for. */
	onCallPerson?: () => void;
	/** Called with the sequence of each message that comes on screen. */
	onSeen: (seq: number) => void;
	/** Posts the forms that stand in messages. */
	onAct?: Act;
	/** Who the customer is, for the agent's side. */
	customerName?: string | null;
	empty: ReactNode;
	className?: string;
}) {
	const { messages, hasOlder, live, isThinking, typing } = conversation;
	const unsent = outbox.filter(
		(entry) => !messages.some((message) => message.clientMessageId === entry.clientMessageId),
	);
	const follow = useFollowing(
		`${messages.at(-1)?.id ?? ""}|${live?.text.length ?? 0}|${unsent.length}|${isThinking}|${typing !== null}`,
	);
	useSeen(follow.ref, messages.length, onSeen);
	const otherName = side === "agent" ? (customerName ?? "Visitor") : "Support";
	const ownName = messages.findLast((message) => message.senderType === side)?.senderName ?? null;
	const unsentAt = unsent.map((entry) => new Date(entry.writtenAt).toISOString());
	const places = placesInRuns(
		[...messages, ...unsentAt.map((sentAt) => ({ senderType: side, senderName: ownName, sentAt }))],
		useDayOf(),
	);
	const identityStep = openIdentityStep(messages);
	const isEmpty = messages.length === 0 && unsent.length === 0 && !live;
	return (
		<div className={`relative min-h-0 ${className}`}>
			<div
				ref={follow.ref}
				onScroll={follow.onScroll}
				role="log"
				aria-label="Conversation"
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
				{messages.map((message, index) => (
					<Fragment key={message.id}>
						{places[index]?.startsDay ? <DaySeparator iso={message.sentAt} /> : null}
						<MessageBubble
							message={message}
							side={side}
							customerName={customerName}
							place={places[index]}
							onCallPerson={message === messages.at(-1) ? onCallPerson : undefined}
							onAct={onAct}
							isIdentityStep={message === identityStep}
						/>
					</Fragment>
				))}
				{live ? <LiveBubble text={live.text} /> : null}
				{unsent.map((entry, index) => (
					<Fragment key={entry.clientMessageId}>
						{places[messages.length + index]?.startsDay ? <DaySeparator iso={unsentAt[index] ?? ""} /> : null}
						<UnsentBubble
							entry={entry}
							place={places[messages.length + index]}
							onRetry={onRetry}
							onDiscard={onDiscard}
						/>
					</Fragment>
				))}
				{/* Its room is always there: who starts or stops writing moves nothing. */}
				<div className="flex min-h-5 flex-wrap items-end gap-x-4">
					{isThinking && !live ? <WorkingLine words="Assistant is thinking" /> : null}
					{typing ? <WorkingLine words={`${typing.name ?? otherName} is typing`} /> : null}
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

function UnsentBubble({
	entry,
	place = ALONE,
	onRetry,
	onDiscard,
}: {
	entry: OutboxEntry;
	place?: RunPlace;
	onRetry: (clientMessageId: string) => void;
	onDiscard: (clientMessageId: string) => void;
}) {
	return (
		<div
			className={`flex max-w-[min(85%,var(--container-measure))] flex-col items-end gap-1 self-end ${place.startsRun ? "" : "-mt-2"}`}
		>
			<div className={entry.refusal ? "" : "opacity-85"}>
				<BubbleBody isOwn>{entry.text}</BubbleBody>
			</div>
			{entry.refusal ? (
				<div role="alert" className="flex flex-wrap items-center justify-end gap-2 text-danger text-sm">
					<span>Not sent. {entry.refusal}</span>
					<Button type="button" variant="quiet" size="compact" onClick={() => onRetry(entry.clientMessageId)}>
						Try again
					</Button>
					<Button
						type="button"
						variant="quiet"
						size="compact"
						onClick={() => onDiscard(entry.clientMessageId)}
					>
						Edit
					</Button>
				</div>
			) : entry.waitsFor ? (
				<div className="flex flex-wrap items-center justify-end gap-2 text-ink-soft text-sm">
					<span>Not sent yet. {entry.waitsFor}</span>
					<Button type="button" variant="quiet" size="compact" onClick={() => onRetry(entry.clientMessageId)}>
						Try again
					</Button>
				</div>
			) : place.endsRun ? (
				<p className="text-ink-soft text-sm">Sending</p>
			) : null}
		</div>
	);
}

/** Keeps the end in view while the reader is there, and leaves them alone when they have scrolled up. */
function useFollowing(version: string) {
	const ref = useRef<HTMLDivElement>(null);
	const isFollowing = useRef(true);
	const sizeSeen = useRef("");
	const [isAway, setIsAway] = useState(false);

	const toEnd = () => {
		const element = ref.current;
		if (!element) return;
		isFollowing.current = true;
		setIsAway(false);
		element.scrollTop = element.scrollHeight;
	};

	useBrowserLayoutEffect(() => {
		if (isFollowing.current) toEnd();
	}, [version]);

	// A phone's keyboard, a turned screen or a growing composer take room away without anybody scrolling.
	useEffect(() => {
		const element = ref.current;
		if (!element) return;
		const observer = new ResizeObserver(() => {
			sizeSeen.current = sizeOf(element);
			if (isFollowing.current) element.scrollTop = element.scrollHeight;
		});
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	const onScroll = () => {
		const element = ref.current;
		if (!element) return;
		// The browser also reports what it moved itself when the room changed.
		if (sizeOf(element) !== sizeSeen.current && isFollowing.current) return;
		const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
		isFollowing.current = distance < FOLLOW_PX;
		setIsAway(!isFollowing.current);
	};

	return { ref, isAway, toEnd, onScroll };
}

/** Watches which messages are on screen: half of one, or as much as there is room for. */
function useSeen(root: RefObject<HTMLElement>, count: number, onSeen: (seq: number) => void) {
	// biome-ignore lint/correctness/useExhaustiveDependencies: each new message is a new element to watch.
	useEffect(() => {
		const element = root.current;
		if (!element) return;
		const observer = new IntersectionObserver(
			(entries) => {
				for (const { intersectionRatio, intersectionRect, target } of entries) {
					const isSeen = intersectionRatio >= 0.5 || intersectionRect.height > element.clientHeight / 2;
					if (isSeen) onSeen(Number((target as HTMLElement).dataset.seq));
				}
			},
			{ root: element, threshold: [0.1, 0.5] },
		);
		for (const message of element.querySelectorAll("[data-seq]")) observer.observe(message);
		return () => observer.disconnect();
	}, [root, count, onSeen]);
}

const sizeOf = (element: HTMLElement): string => `${element.clientWidth}x${element.clientHeight}`;
