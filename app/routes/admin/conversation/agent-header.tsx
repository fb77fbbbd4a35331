import { ArrowLeft } from "lucide-react";
import { memo, type SyntheticEvent } from "react";
import { Badge, Button, buttonClasses } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { waitingLabel } from "../labels.ts";
import { EndChat } from "./end-chat.tsx";

/** The header of a session on the agent's page: the customer, the session's state, and the agent's buttons. */
export const AgentHeader = memo(function AgentHeader({
	session,
	isMine,
	name,
	isCustomerHere,
	onSubmit,
}: {
	session: Session;
	isMine: boolean;
	name: string;
	/** Whether the customer has the session open now; null when unknown. */
	isCustomerHere: boolean | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const take = (event: SyntheticEvent) => {
		event.preventDefault();
		void onSubmit({ intent: "take" });
	};
	const canTake = session.status === "assistant" || session.status === "queued";
	// The header has two rows in a narrow layout. In a wide layout `display: contents` puts both rows into one grid.
	return (
		<header className="flex flex-col border-line border-b px-4 py-1.5 lg:grid lg:grid-cols-[minmax(0,1fr)_auto_auto] lg:gap-x-2 lg:gap-y-1 lg:py-2">
			<div className="flex min-h-11 items-center gap-1 lg:contents">
				<a
					href="/admin/chat"
					aria-label="Back to the list"
					className="-ms-3 grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken md:hidden"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				</a>
				<h1 className="min-w-0 flex-1 truncate font-semibold text-lg">{name}</h1>
				<a
					href="#customer"
					className={buttonClasses({ variant: "quiet", size: "compact" }, "shrink-0 lg:hidden")}
				>
					Customer
				</a>
				{session.isActive ? (
					<EndChat
						isMine={isMine}
						otherAgent={isMine || canTake ? null : (session.agentName ?? "Another agent")}
						onEnd={(fields) => void onSubmit(fields)}
						className={`shrink-0 ${canTake ? "max-lg:-me-3" : "-me-3"} lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:self-center`}
					/>
				) : null}
			</div>
			<div className="flex min-h-8 items-center gap-3 pb-1 lg:contents">
				<p className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 lg:col-start-1 lg:row-start-2">
					<SessionBadge session={session} isMine={isMine} />
					<span className="text-ink-soft text-sm" aria-live="polite">
						{customerPresenceText(session, isCustomerHere)}
					</span>
				</p>
				{canTake ? (
					<form
						method="post"
						onSubmit={take}
						className="shrink-0 lg:col-start-3 lg:row-span-2 lg:row-start-1 lg:self-center"
					>
						<input type="hidden" name="intent" value="take" />
						<Button size="compact">Take over</Button>
					</form>
				) : null}
			</div>
		</header>
	);
});

function customerPresenceText(session: Session, isHere: boolean | null): string | null {
	if (isHere === null || !session.isActive) return null;
	return isHere ? "Customer is here" : "Customer has left the page";
}

function SessionBadge({ session, isMine }: { session: Session; isMine: boolean }) {
	switch (session.status) {
		case "queued":
			return <Badge tone="attention">{waitingLabel(session.queueReason)}</Badge>;
		case "agent":
			return (
				<Badge tone="accent">{isMine ? "Yours" : `Taken by ${session.agentName ?? "another agent"}`}</Badge>
			);
		case "ended":
			return <Badge>Ended</Badge>;
		default:
			return <Badge>With the assistant</Badge>;
	}
}
