import { ArrowLeft, History } from "lucide-react";
import { memo } from "react";
import { Button } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { COMPOSER_ID } from "./composer-id.ts";
import { EndChat } from "./end-chat.tsx";
import { statusText } from "./status-line.ts";

/** The header of the chat page: who answers now, the button to request an agent, and the button to end the chat. */
export const ConversationHeader = memo(function ConversationHeader({
	session,
	isUnderWay,
	customerName,
	isAgentHere,
	hasEarlier,
	onSubmit,
}: {
	session: Session | null;
	/** Whether the agent has the session open now; null when unknown. */
	isAgentHere: boolean | null;
	isUnderWay: boolean;
	/** Whether the customer has ended sessions that they can read. */
	hasEarlier: boolean;
	customerName: string | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const status = session?.status ?? "assistant";
	// The header has two rows on a phone. From tablet width on, `display: contents` puts both rows into one grid.
	return (
		<header className="flex flex-col border-line border-b px-4 py-1.5 sm:grid sm:grid-cols-[auto_minmax(0,1fr)_auto_auto_auto] sm:gap-x-2 sm:py-2">
			<div className="flex min-h-11 items-center gap-2 sm:contents">
				<a
					href="/"
					aria-label="Back to the store"
					className="-ms-3 grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken sm:row-span-2 sm:self-center"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				</a>
				<h1 className="min-w-0 flex-1 truncate font-semibold text-lg sm:self-end">Mevi Living support</h1>
				{hasEarlier && isUnderWay ? (
					<a
						href="/chat/earlier"
						aria-label="Earlier conversations"
						title="Earlier conversations"
						className="grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken sm:col-start-5 sm:row-span-2 sm:row-start-1 sm:self-center"
					>
						<History size={20} aria-hidden="true" />
					</a>
				) : null}
				{isUnderWay ? (
					<EndChat
						onEnd={() => onSubmit({ intent: "end" })}
						className={`sm:col-start-3 sm:row-span-2 sm:row-start-1 sm:self-center ${status === "assistant" ? "max-sm:-me-3" : "-me-3"}`}
					/>
				) : null}
			</div>
			<div className="flex items-center gap-3 pb-1 sm:contents">
				<p
					className={`min-w-0 flex-1 text-ink-soft text-sm sm:col-start-2 sm:row-start-2 ${session ? "scripted" : ""}`}
					aria-live="polite"
				>
					{statusText(session, { customerName, isAgentHere })}
				</p>
				{status === "assistant" ? (
					<Button
						form={COMPOSER_ID}
						name="intent"
						value="request-agent"
						formNoValidate
						variant="secondary"
						size="compact"
						onClick={(event) => {
							event.preventDefault();
							void onSubmit({ intent: "request-agent" });
						}}
						className="ms-auto shrink-0 sm:col-start-4 sm:row-span-2 sm:row-start-1 sm:self-center"
					>
						Talk to a person
					</Button>
				) : null}
			</div>
		</header>
	);
});
