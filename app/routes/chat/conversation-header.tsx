import { ArrowLeft } from "lucide-react";
import type { FormEvent } from "react";
import { Button } from "#app/components/ui/index.ts";
import type { LineState } from "#app/realtime/client/event-source.ts";
import type { Session } from "#app/realtime/events.ts";

/** Who is on the other side now, and the two things always one click away: a person, and the end. */
export function ConversationHeader({
	session,
	sessionId,
	isUnderWay,
	customerName,
	line,
	onSubmit,
}: {
	session: Session | null;
	sessionId: string | null;
	isUnderWay: boolean;
	customerName: string | null;
	line: LineState;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const status = session?.status ?? "assistant";
	return (
		<header className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 border-line border-b px-4 py-2">
			<a
				href="/"
				aria-label="Back to the store"
				className="-ms-3 grid size-11 place-items-center rounded-control"
			>
				<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
			</a>
			<div className="min-w-0 flex-1 basis-64">
				<h1 className="font-semibold text-lg">Mevi Living support</h1>
				<p className="text-ink-soft text-sm" aria-live="polite">
					{line === "waiting" ? "Reconnecting; what you write is kept" : statusLine(session, customerName)}
				</p>
			</div>
			{status === "assistant" ? (
				<IntentForm intent="request-agent" sessionId={sessionId} onSubmit={onSubmit}>
					<Button variant="secondary" size="compact">
						Talk to a person
					</Button>
				</IntentForm>
			) : null}
			{isUnderWay ? (
				<IntentForm intent="end" sessionId={sessionId} onSubmit={onSubmit}>
					<Button variant="quiet" size="compact">
						End chat
					</Button>
				</IntentForm>
			) : null}
		</header>
	);
}

function IntentForm({
	intent,
	sessionId,
	onSubmit,
	children,
}: {
	intent: string;
	sessionId: string | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
	children: React.ReactNode;
}) {
	function submit(event: FormEvent) {
		event.preventDefault();
		void onSubmit({ intent });
	}
	return (
		<form method="post" action="/chat" onSubmit={submit}>
			<input type="hidden" name="intent" value={intent} />
			<input type="hidden" name="sessionId" value={sessionId ?? ""} />
			{children}
		</form>
	);
}

function statusLine(session: Session | null, customerName: string | null): string {
	const you = customerName ? ` · signed in as ${customerName}` : "";
	switch (session?.status) {
		case "queued":
			return `An agent has been called. You are number ${session.queuePosition ?? 1} in the queue.`;
		case "agent":
			return `${session.agentName ?? "An agent"} is with you${you}`;
		case "ended":
			return "This conversation has ended";
		default:
			return `The assistant answers at once${you}`;
	}
}
