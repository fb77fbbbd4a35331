import { CloudOff } from "lucide-react";
import { memo } from "react";
import { Button } from "#app/components/ui/index.ts";
import type { ConnectionStatus } from "#app/realtime/client/connection/status.ts";

/**
 * A notice above the conversation while the page has no connection; screen readers announce its changes. The notice
 * floats over the transcript, so that nothing moves; padding in the transcript keeps messages uncovered.
 */
export const ConnectionNotice = memo(function ConnectionNotice({
	connection,
}: {
	connection: ConnectionStatus;
}) {
	const text = connectionText(connection);
	const offersReload = connection.state === "stopped" || connection.transport === "reload";
	return (
		<div className="relative z-10 h-0">
			<div role="status" data-line={connection.state} className="flex justify-center px-4">
				{text ? (
					<p className="mt-2 flex animate-arrive items-center gap-2 rounded-control border border-line bg-surface-raised px-3 py-1.5 text-ink-soft text-sm shadow-float">
						<CloudOff size={16} aria-hidden="true" className="shrink-0" />
						<span>{text}</span>
						{offersReload ? (
							<Button
								type="button"
								variant="quiet"
								size="compact"
								onClick={() => window.location.reload()}
								className="-my-1 -me-2"
							>
								Reload
							</Button>
						) : null}
					</p>
				) : null}
			</div>
		</div>
	);
});

function connectionText({ state, transport }: ConnectionStatus): string | null {
	if (state === "stopped") return "This page is no longer signed in. Your messages are safe";
	if (transport === "reload") return "New messages aren't getting through. Your messages are safe";
	if (state === "reconnecting") return "Reconnecting… your messages are safe";
	if (state === "offline") return "You're offline. We'll send this when you're back.";
	return null;
}
