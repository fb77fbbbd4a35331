import { BookOpen, Check, CheckCheck } from "lucide-react";
import { type FormEvent, memo, type ReactNode } from "react";
import { ClockTime, useFullTime } from "#app/components/time/time.tsx";
import { AssistantMark, Avatar, Button } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ToolRun, Translation } from "#db/shapes.ts";
import { BubbleBody } from "./bubble-body.tsx";
import type { PostForm } from "./form-post.ts";
import { FormattedMessage } from "./formatted-message.tsx";
import { IdentityForm } from "./identity-forms.tsx";
import { MessageText } from "./message-text.tsx";
import { ProposalCard } from "./proposal-card.tsx";
import type { ViewerSide } from "./side.ts";
import { ToolRunList } from "./tool-run-list.tsx";
import { languageAttributes } from "./translation-note.ts";

type Source = { id: string; title: string; url: string; quote: string };

/**
 * One message: the viewer's own messages are on the right, all others on the left. The bubble is rendered again only when
 * a property changes, so its properties are values that stay equal while other messages arrive.
 */
export const MessageBubble = memo(function MessageBubble({
	message,
	side,
	customerName = null,
	startsRun = true,
	endsRun = true,
	onRequestAgent,
	onPostForm,
	isIdentityStep = true,
	sending,
}: {
	message: Message;
	side: ViewerSide;
	/** The customer's name, for the agent's page, because customers' messages do not contain a sender name. */
	customerName?: string | null;
	/** Whether the message starts or ends a run of messages of one sender: the name is above the run, the time below it. */
	startsRun?: boolean;
	endsRun?: boolean;
	/**
	 * Requests an agent. The button is offered on the newest message when the assistant could not answer; without scripts
	 * the browser posts its form.
	 */
	onRequestAgent?: () => void;
	/** Posts a form in the message by script; without scripts the browser posts it. */
	onPostForm?: PostForm;
	/** False when a newer message shows the identity form instead of this message. */
	isIdentityStep?: boolean;
	/**
	 * The text below a message that the server has not acknowledged, such as "Sending". The message's element stays on
	 * the page after the acknowledgement.
	 */
	sending?: ReactNode;
}) {
	const time = useFullTime(message.sentAt);
	if (message.senderType === "system") return <SystemNotice message={message} side={side} />;
	const isOwn = side === "user" ? message.senderType === "user" : message.senderType === "agent";
	const name = senderName(message, side, customerName);
	const sources = readSources(message);
	const toolRuns = (message.metadata.did as ToolRun[] | undefined) ?? [];
	return (
		<article
			className={`flex max-w-[min(85%,var(--container-measure))] gap-2.5 ${isOwn ? "self-end" : "self-start"} ${startsRun ? "" : "-mt-2"}`}
			aria-label={isOwn ? "You" : name}
			data-seq={sending ? undefined : message.seq}
		>
			{isOwn ? null : <SenderAvatar message={message} name={name} isShown={startsRun} />}
			<div
				className={`flex min-w-0 flex-col gap-1 ${isOwn ? "items-end" : "items-start"}`}
				title={endsRun ? undefined : time}
			>
				{isOwn || !startsRun ? null : <p className="text-ink-soft text-sm">{name}</p>}
				{message.metadata.proposal ? (
					<ProposalCard message={message} side={side} onPostForm={onPostForm} />
				) : (
					<MessageText message={message} side={side} isOwn={isOwn} onPostForm={onPostForm} />
				)}
				{message.metadata.stopped ? <p className="text-ink-soft text-sm">Answer stopped</p> : null}
				{side === "user" && isIdentityStep ? (
					<IdentityForm message={message} onPostForm={onPostForm} />
				) : null}
				{sources.length > 0 ? <Sources sources={sources} /> : null}
				{toolRuns.length > 0 ? <ToolRunList toolRuns={toolRuns} /> : null}
				{onRequestAgent && message.metadata.offersPerson ? (
					<RequestAgentForm onCall={onRequestAgent} />
				) : null}
				{sending ?? (endsRun ? <MessageTime message={message} isOwn={isOwn} /> : null)}
			</div>
		</article>
	);
});

/** The time of a message. Screen readers do not announce its changes, because they have announced the message. */
function MessageTime({ message, isOwn }: { message: Message; isOwn: boolean }) {
	return (
		<p aria-live="off" className="flex items-center gap-1 text-ink-soft text-sm tabular-nums">
			<ClockTime iso={message.sentAt} />
			{isOwn ? <ReceiptTicks message={message} /> : null}
		</p>
	);
}

/** The bubble of a live answer. Screen readers announce only the finished message. */
export function LiveBubble({ text }: { text: string }) {
	return (
		<div
			className="flex max-w-[min(85%,var(--container-measure))] gap-2.5 self-start"
			aria-live="off"
			data-live
		>
			<AssistantMark size="small" />
			<div className="flex min-w-0 flex-col items-start gap-1">
				<p className="text-ink-soft text-sm">Assistant</p>
				<BubbleBody isOwn={false}>
					<FormattedMessage text={text} isMarkdown isUnfinished />
				</BubbleBody>
				{/* Reserves the space of the time that the finished message shows here, so that the text does not move. */}
				<p aria-hidden="true" className="text-sm">
					&nbsp;
				</p>
			</div>
		</div>
	);
}

/** Three dots and a text, while somebody types or the assistant works. */
export function ProgressLine({ text }: { text: string }) {
	return (
		<p className="flex animate-arrive items-center gap-2 self-start text-ink-soft text-sm">
			<span aria-hidden="true" className="flex gap-1">
				<span className="size-1.5 animate-breathe rounded-full bg-accent" />
				<span className="size-1.5 animate-breathe rounded-full bg-accent [animation-delay:200ms]" />
				<span className="size-1.5 animate-breathe rounded-full bg-accent [animation-delay:400ms]" />
			</span>
			{text}
		</p>
	);
}

/** A notice in the customer's language, with the agent's language beside it. */
function SystemNotice({ message, side }: { message: Message; side: ViewerSide }) {
	const { language, translation } = message.metadata as { language?: string; translation?: Translation };
	const isTranslated = side === "agent" && translation?.text !== undefined;
	return (
		<p
			{...languageAttributes(isTranslated ? translation.to : (language ?? "en"))}
			className="wrap-anywhere self-center px-4 text-center text-ink-soft text-sm"
			data-seq={message.seq}
		>
			{isTranslated ? translation.text : message.message}
		</p>
	);
}

function RequestAgentForm({ onCall }: { onCall: () => void }) {
	function submit(event: FormEvent) {
		event.preventDefault();
		onCall();
	}
	return (
		<form method="post" action="/chat" onSubmit={submit} className="my-1">
			<input type="hidden" name="intent" value="request-agent" />
			<Button variant="secondary" size="compact">
				Talk to a person
			</Button>
		</form>
	);
}

function SenderAvatar({ message, name, isShown }: { message: Message; name: string; isShown: boolean }) {
	// Shows empty space instead of an avatar, so that the bubbles of one sender's run are aligned.
	if (!isShown) return <span aria-hidden="true" className="w-7 shrink-0" />;
	if (message.senderType === "bot") return <AssistantMark size="small" />;
	return <Avatar name={name} size="small" />;
}

function Sources({ sources }: { sources: Source[] }) {
	return (
		<ul className="flex flex-col gap-1 text-sm" aria-label="Sources">
			{sources.map((source) => (
				<li key={source.id} className="flex items-start gap-1.5">
					<BookOpen size={14} aria-hidden="true" className="mt-1 shrink-0 text-accent" />
					<a
						href={source.url}
						title={source.quote}
						target="_blank"
						rel="noopener"
						className="text-accent underline underline-offset-2"
					>
						{source.title}
					</a>
				</li>
			))}
		</ul>
	);
}

/** The receipt of a message: one tick for acknowledged, two ticks for delivered, two coloured ticks for read. */
function ReceiptTicks({ message }: { message: Message }) {
	const look = { size: 14, strokeWidth: 1.75, role: "img" } as const;
	if (message.isRead) return <CheckCheck {...look} aria-label="Read" className="text-accent" />;
	if (message.deliveredAt) return <CheckCheck {...look} aria-label="Delivered" />;
	return <Check {...look} aria-label="Sent" />;
}

function senderName(message: Message, side: ViewerSide, customerName: string | null): string {
	if (message.senderType === "bot") return "Assistant";
	return message.senderName ?? (side === "agent" ? (customerName ?? "Visitor") : "Support");
}

/**
 * The sources of an answer. Only links within this site are shown. Browsers read a backslash as a slash and drop tabs,
 * so a source such as `/\evil.example` would be a link to another site and is not shown.
 */
function readSources(message: Message): Source[] {
	const sources = message.metadata.sources;
	if (!Array.isArray(sources)) return [];
	return (sources as Source[]).filter(
		(source) => typeof source.url === "string" && /^\/(?![/\\\s])/.test(source.url),
	);
}
