import { Link } from "@remix-run/react";
import { Inbox } from "lucide-react";
import { RelativeTime } from "#app/components/time/time.tsx";
import { Badge, EmptyState } from "#app/components/ui/index.ts";
import type { Inbox as InboxData, InboxEntry } from "#app/realtime/events.ts";
import { inboxSortTime, WAITING_PAGE } from "#app/realtime/inbox-order.ts";
import { primaryLanguage } from "#app/text/language-tag.ts";
import { topicName, waitingLabel } from "../labels.ts";

/**
 * The inbox: which customer waits, since when, why and in which language. Colour is only for sessions that need an
 * agent.
 */
export function InboxList({
	inbox,
	waitingLimit,
	openId,
	agentId,
}: {
	inbox: InboxData;
	/** Maximum number of queued sessions that the inbox shows. */
	waitingLimit: number;
	openId: string | null;
	agentId: string;
}) {
	const { entries } = inbox;
	if (entries.length === 0) {
		return (
			<EmptyState title="No conversations yet" picture={<Inbox size={28} strokeWidth={1.5} />}>
				When a customer writes, the conversation appears here by itself.
			</EmptyState>
		);
	}
	const waiting = entries.filter((entry) => entry.status === "queued");
	const others = entries.filter((entry) => entry.status !== "queued");
	const more = inbox.waiting - waiting.length;
	// The link to a session keeps the number of shown rows in its URL, for pages without scripts.
	const search = waitingLimit > WAITING_PAGE ? `?waiting=${waitingLimit}` : "";
	const row = (entry: InboxEntry) => (
		<InboxRow key={entry.sessionId} {...{ entry, openId, agentId, search }} />
	);
	return (
		<ul>
			{waiting.map(row)}
			{more > 0 ? (
				<li className="border-line border-b">
					<Link
						to={`/admin/chat${openId ? `/${openId}` : ""}?waiting=${waitingLimit + WAITING_PAGE}`}
						preventScrollReset
						className="flex min-h-11 items-center px-4 text-accent text-sm underline-offset-4 hover:underline"
					>
						Show more waiting customers ({more})
					</Link>
				</li>
			) : null}
			{others.map(row)}
		</ul>
	);
}

function InboxRow({
	entry,
	openId,
	agentId,
	search,
}: {
	entry: InboxEntry;
	openId: string | null;
	agentId: string;
	search: string;
}) {
	return (
		<li>
			<Link
				to={`/admin/chat/${entry.sessionId}${search}`}
				aria-current={entry.sessionId === openId ? "page" : undefined}
				className="relative block border-line border-b px-4 py-3 no-underline transition-colors focus-visible:-outline-offset-2 hover:bg-surface-sunken aria-[current=page]:bg-surface-raised aria-[current=page]:before:absolute aria-[current=page]:before:inset-y-0 aria-[current=page]:before:start-0 aria-[current=page]:before:w-1 aria-[current=page]:before:bg-accent"
			>
				<span className="flex items-baseline gap-2">
					<span className="min-w-0 flex-1 truncate font-medium">{entry.customerName ?? "Visitor"}</span>
					{entry.unread > 0 && needsPerson(entry) ? (
						<span className="rounded-full bg-accent px-1.5 text-accent-ink text-sm tabular-nums">
							{entry.unread}
							<span className="sr-only"> unread</span>
						</span>
					) : null}
					<span className="shrink-0 text-ink-soft text-sm tabular-nums">
						<RelativeTime iso={inboxSortTime(entry)} />
					</span>
				</span>
				<MessagePreview entry={entry} />
				<span className="mt-1.5 flex flex-wrap items-center gap-1.5">
					<StatusBadge entry={entry} agentId={agentId} />
					{needsPerson(entry) && isRaised(entry) ? (
						<Badge tone="attention">
							<span className="capitalize">{entry.priority}</span>
						</Badge>
					) : null}
					{entry.intent && entry.intent !== "other" ? <Badge>{topicName(entry.intent)}</Badge> : null}
					<span className="text-ink-soft text-sm uppercase">{primaryLanguage(entry.language)}</span>
				</span>
			</Link>
		</li>
	);
}

/** The newest message of a session. A message that is not the customer's is shown with its sender's name. */
function MessagePreview({ entry: { lastMessage, lastSender, lastSenderName } }: { entry: InboxEntry }) {
	const author =
		lastSender === "bot" ? "Assistant" : lastSender === "agent" ? (lastSenderName ?? "Agent") : null;
	return (
		<span className="mt-0.5 block truncate text-ink-soft text-sm">
			{author ? <span dir="auto">{author}: </span> : null}
			<bdi>{lastMessage ?? "No messages yet"}</bdi>
		</span>
	);
}

/** Whether a session needs an agent: it is in the queue or an agent has it. */
const needsPerson = ({ status }: InboxEntry) => status === "queued" || status === "agent";

const isRaised = ({ priority }: InboxEntry) => priority === "high" || priority === "urgent";

function StatusBadge({ entry, agentId }: { entry: InboxEntry; agentId: string }) {
	switch (entry.status) {
		case "queued":
			return <Badge tone="attention">{waitingLabel(entry.queueReason)}</Badge>;
		case "agent":
			return (
				<Badge tone="accent">
					{entry.agentId === agentId ? "Yours" : `With ${entry.agentName ?? "an agent"}`}
				</Badge>
			);
		case "ended":
			return <Badge>Ended</Badge>;
		default:
			return <Badge>Assistant</Badge>;
	}
}
