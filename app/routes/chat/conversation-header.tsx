import { ArrowLeft } from "lucide-react";
import { Button } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";

/** The form the customer writes in. */
export const COMPOSER_ID = "composer";

/** Who is on the other side now, and the two things always one click away: a person, and the end. */
export function ConversationHeader({
	session,
	isUnderWay,
	customerName,
	isAgentHere,
	onSubmit,
}: {
	session: Session | null;
	/** Whether the agent has the conversation open; null when that is not known. */
	isAgentHere: boolean | null;
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
					<IntentButton
						intent="end"
						variant="quiet"
						onSubmit={onSubmit}
						place={`sm:col-start-3 ${status === "assistant" ? "max-sm:-me-3" : "-me-3"}`}
					>
						End chat
					</IntentButton>
				) : null}
			</div>
			<div className="flex items-center gap-3 pb-1 sm:contents">
				<p className="min-w-0 flex-1 text-ink-soft text-sm sm:col-start-2 sm:row-start-2" aria-live="polite">
					{statusLine(session, customerName, isAgentHere)}
				</p>
				{status === "assistant" ? (
					<IntentButton
						intent="request-agent"
						variant="secondary"
						onSubmit={onSubmit}
						place="shrink-0 sm:col-start-4"
					>
						Talk to a person
					</IntentButton>
				) : null}
			</div>
		</header>
	);
}

/**
 * A button of the composer's form: without scripts what is being written goes along, and comes back with the page.
 */
function IntentButton({
	intent,
	variant,
	onSubmit,
	place,
	children,
}: {
	intent: string;
	variant: "quiet" | "secondary";
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
	/** Classes that put it where it stands in the header. */
	place: string;
	children: string;
}) {
	return (
		<Button
			form={COMPOSER_ID}
			name="intent"
			value={intent}
			formNoValidate
			variant={variant}
			size="compact"
			onClick={(event) => {
				event.preventDefault();
				void onSubmit({ intent });
			}}
			className={`sm:row-span-2 sm:row-start-1 sm:self-center ${place}`}
		>
			{children}
		</Button>
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
