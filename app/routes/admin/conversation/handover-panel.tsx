import { memo } from "react";
import { FormattedMessage } from "#app/components/conversation/formatted-message.tsx";
import { DisclosureMark } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { reasonName, topicName } from "../labels.ts";

/**
 * Shows the handover: why an agent is needed, the topic, and what the assistant tried. The panel is open while the
 * customer waits. After an agent has taken over, the panel is closed and can be opened again.
 */
export const HandoverPanel = memo(function HandoverPanel({ session }: { session: Session }) {
	const { handover } = session;
	const reason = reasonName(session.queueReason);
	if (!handover || (session.status !== "queued" && session.status !== "agent")) return null;
	return (
		<details
			open={session.status === "queued"}
			aria-label="Handover"
			className="group max-h-36 shrink-0 overflow-y-auto lg:max-h-[40%] border-line border-b bg-surface-sunken px-4 py-2"
		>
			<summary className="flex min-h-8 cursor-pointer items-center gap-2 font-medium text-sm pointer-coarse:min-h-11">
				<DisclosureMark />
				Handover
				{reason ? <span className="font-normal text-ink-soft">{reason}</span> : null}
			</summary>
			<div dir="auto" className="wrap-anywhere mt-1 max-w-measure whitespace-pre-wrap">
				<FormattedMessage text={handover.summary} isMarkdown />
			</div>
			<dl className="mt-2 grid max-w-measure grid-cols-[auto_1fr] gap-x-4 gap-y-1 pb-1 text-sm">
				<dt className="text-ink-soft">Topic</dt>
				<dd>{handover.intent ? topicName(handover.intent) : "Not known yet"}</dd>
				<dt className="text-ink-soft">So far</dt>
				<dd>
					{handover.tried.length === 0 ? (
						"Nothing yet"
					) : (
						<ol>
							{handover.tried.map((step, index) => (
								// biome-ignore lint/suspicious/noArrayIndexKey: the list of attempts only grows and may contain equal entries.
								<li key={index}>{step}</li>
							))}
						</ol>
					)}
				</dd>
			</dl>
		</details>
	);
});
