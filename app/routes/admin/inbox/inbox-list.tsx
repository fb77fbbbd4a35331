import { Link } from "@remix-run/react";
import { Inbox } from "lucide-react";
import { RelativeTime } from "#app/components/time/time.tsx";
import { Badge, EmptyState } from "#app/components/ui/index.ts";
import type { InboxEntry } from "#app/realtime/events.ts";
import { intentName, reasonName } from "../words.ts";

/** Who waits, since when, why and in what language, in one glance; colour only for what needs a person. */
export function InboxList({
	entries,
	openId,
	agentId,
}: {
	entries: InboxEntry[];
	openId: string | null;
	agentId: string;
}) {
	if (entries.length === 0) {
		return (
			<EmptyState title="No conversations yet" picture={<Inbox size={28} strokeWidth={1.5} />}>
				When a customer writes, the conversation appears here by itself.
			</EmptyState>
		);
	}
	return (
		<ul>
			{entries.map((entry) => (
				<li key={entry.sessionId}>
					<Link
						to={`/admin/chat/${entry.sessionId}`}
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
								<RelativeTime iso={entry.queuedAt ?? entry.lastMessageAt ?? entry.startedAt} />
							</span>
						</span>
						<span dir="auto" className="mt-0.5 block truncate text-ink-soft text-sm">
							{entry.lastMessage ?? "Has not written yet"}
						</span>
						<span className="mt-1.5 flex flex-wrap items-center gap-1.5">
							<StatusBadge entry={entry} agentId={agentId} />
							{entry.status === "queued" && isRaised(entry) ? (
								<Badge tone="attention">{entry.priority}</Badge>
							) : null}
							{entry.intent && entry.intent !== "other" ? <Badge>{intentName(entry.intent)}</Badge> : null}
							<span className="text-ink-soft text-sm uppercase">{entry.language.slice(0, 2)}</span>
						</span>
					</Link>
				</li>
			))}
		</ul>
	);
}

/** What the assistant answers, or what is over, waits for nobody. */
const needsPerson = ({ status }: InboxEntry) => status === "queued" || status === "agent";

const isRaised = ({ priority }: InboxEntry) => priority === "high" || priority === "urgent";

function StatusBadge({ entry, agentId }: { entry: InboxEntry; agentId: string }) {
	switch (entry.status) {
		case "queued":
			return <Badge tone="attention">Waiting · {reasonName(entry.queueReason)}</Badge>;
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
