import { ArrowLeft } from "lucide-react";
import type { FormEvent } from "react";
import { Button } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";

/** Who is on the other side now, and the two things always one click away: a person, and the end. */
export function ConversationHeader({
	session,
	sessionId,
	isUnderWay,
	customerName,
	isAgentHere,
	onSubmit,
}: {
	session: Session | null;
	/** Whether the agent has the conversation open; null when that is not known. */
	isAgentHere: boolean | null;
	sessionId: string | null;
	isUnderWay: boolean;
	customerName: string | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const status = session?.status ?? "assistant";
	// Two rows on a phone; from a tablet on the rows dissolve into one grid, so nothing is there twice.
	return (
		<header className="flex flex-col border-line border-b px-4 py-1.5 sm:grid sm:grid-cols-[auto_minmax(0,1fr)_auto_auto] sm:gap-x-2 sm:py-2">
			<div className="flex min-h-11 items-center gap-2 sm:contents">
				<a
					href="/"
					aria-label="Back to the store"
					className="-ms-3 grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken sm:row-span-2 sm:self-center"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				</a>
				<h1 className="min-w-0 flex-1 truncate font-semibold text-lg sm:self-end">Mevi Living support</h1>
				{isUnderWay ? (
					<IntentForm
						intent="end"
						sessionId={sessionId}
						onSubmit={onSubmit}
						place={`sm:col-start-3 ${status === "assistant" ? "max-sm:-me-3" : "-me-3"}`}
					>
						<Button variant="quiet" size="compact">
							End chat
						</Button>
					</IntentForm>
				) : null}
			</div>
			<div className="flex items-center gap-3 pb-1 sm:contents">
				<p className="min-w-0 flex-1 text-ink-soft text-sm sm:col-start-2 sm:row-start-2" aria-live="polite">
					{statusLine(session, customerName, isAgentHere)}
				</p>
				{status === "assistant" ? (
					<IntentForm
						intent="request-agent"
						sessionId={sessionId}
						onSubmit={onSubmit}
						place="shrink-0 sm:col-start-4"
					>
						<Button variant="secondary" size="compact">
							Talk to a person
						</Button>
					</IntentForm>
				) : null}
			</div>
		</header>
	);
}

function IntentForm({
	intent,
	sessionId,
	onSubmit,
	place,
	children,
}: {
	intent: string;
	sessionId: string | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
	/** Classes that put it where it stands in the header. */
	place: string;
	children: React.ReactNode;
}) {
	function submit(event: FormEvent) {
		event.preventDefault();
		void onSubmit({ intent });
	}
	return (
		<form
			method="post"
			action="/chat"
			onSubmit={submit}
			className={`sm:row-span-2 sm:row-start-1 sm:self-center ${place}`}
		>
			<input type="hidden" name="intent" value={intent} />
			<input type="hidden" name="sessionId" value={sessionId ?? ""} />
			{children}
		</form>
	);
}

function statusLine(
	session: Session | null,
	customerName: string | null,
	isAgentHere: boolean | null,
): string {
	const you = customerName ? ` · signed in as ${customerName}` : "";
	switch (session?.status) {
		case "queued":
			return `You are number ${session.queuePosition ?? 1} in the queue`;
		case "agent":
			return isAgentHere === false
				? `${session.agentName ?? "Your agent"} is away for a moment and will see what you write${you}`
				: `${session.agentName ?? "An agent"} is with you${you}`;
		case "ended":
			return "This conversation has ended";
		default:
			return `The assistant answers at once${you}`;
	}
}
