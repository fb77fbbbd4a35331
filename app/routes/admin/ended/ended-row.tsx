import { Link } from "@remix-run/react";
import { RelativeTime } from "#app/components/time/time.tsx";
import { Badge } from "#app/components/ui/index.ts";
import type { InboxEntry } from "#app/realtime/events.ts";
import { inboxSortTime } from "#app/realtime/inbox-order.ts";
import { topicName } from "../labels.ts";

/**
 * A row in the list of ended sessions. A search by id may find open sessions too; their rows say that they are open.
 */
export function EndedRow({ entry }: { entry: InboxEntry }) {
	return (
		<li className="border-line border-b">
			<Link
				to={`/admin/chat/${entry.sessionId}`}
				className="block px-2 py-3 no-underline transition-colors focus-visible:-outline-offset-2 hover:bg-surface-sunken"
			>
				<span className="flex items-baseline gap-2">
					<span className="min-w-0 flex-1 truncate font-medium">{entry.customerName ?? "Visitor"}</span>
					<span className="shrink-0 text-ink-soft text-sm tabular-nums">
						<RelativeTime iso={inboxSortTime(entry)} />
					</span>
				</span>
				<bdi className="mt-0.5 block truncate text-ink-soft text-sm">
					{entry.lastMessage ?? "No messages"}
				</bdi>
				<span className="mt-1.5 flex flex-wrap items-center gap-1.5">
					{entry.status === "ended" ? null : <Badge tone="accent">Open</Badge>}
					{entry.intent && entry.intent !== "other" ? <Badge>{topicName(entry.intent)}</Badge> : null}
					{entry.agentName ? <Badge>{entry.agentName}</Badge> : null}
					<span className="font-mono text-ink-soft text-sm">{entry.sessionId.slice(0, 8)}</span>
				</span>
			</Link>
		</li>
	);
}
