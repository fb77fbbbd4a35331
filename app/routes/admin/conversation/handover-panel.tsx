import { DisclosureMark } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { intentName, reasonName } from "../words.ts";

/** What the agent needs to go on where the assistant stopped: why they were called, what is wanted, what was tried. */
export function HandoverPanel({ session }: { session: Session }) {
	const { handover } = session;
	if (!handover || (session.status !== "queued" && session.status !== "agent")) return null;
	return (
		<details
			open
			aria-label="Handover"
			className="group max-h-36 shrink-0 overflow-y-auto lg:max-h-[40%] border-line border-b bg-surface-sunken px-4 py-2"
		>
			<summary className="flex min-h-8 cursor-pointer items-center gap-2 font-medium text-sm pointer-coarse:min-h-11">
				<DisclosureMark />
				Handover
				{session.queueReason ? (
					<span className="font-normal text-ink-soft">{reasonName(session.queueReason)}</span>
				) : null}
			</summary>
			<p dir="auto" className="wrap-anywhere mt-1 max-w-measure whitespace-pre-wrap">
				{handover.summary}
			</p>
			<dl className="mt-2 grid max-w-measure grid-cols-[auto_1fr] gap-x-4 gap-y-1 pb-1 text-sm">
				<dt className="text-ink-soft">Wants</dt>
				<dd>{handover.intent ? intentName(handover.intent) : "not known yet"}</dd>
				<dt className="text-ink-soft">Tried</dt>
				<dd>
					{handover.tried.length === 0 ? (
						"nothing yet"
					) : (
						<ol>
							{handover.tried.map((step, index) => (
								// biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows, and may repeat itself.
								<li key={index}>{step}</li>
							))}
						</ol>
					)}
				</dd>
			</dl>
		</details>
	);
}
