import { outcomeText, toolRunText } from "#app/components/conversation/tool-run-text.ts";
import { ClockTime } from "#app/components/time/time.tsx";
import type { ActionEntry } from "#app/models/assistant-action/present.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ProposalCard, ToolRun } from "#db/shapes.ts";

/** What the assistant looked up and proposed in a session, and the customer's responses. */
export function AssistantActivity({ entries }: { entries: ActionEntry[] }) {
	if (entries.length === 0) return null;
	return (
		<section className="mt-6">
			<h3 className="font-medium">What the assistant did</h3>
			<ol className="mt-2 flex flex-col gap-2 text-sm">
				{entries.map((entry) => {
					const outcome = outcomeText(entry.tool, entry.state);
					return (
						<li key={entry.id} className="flex items-baseline justify-between gap-3">
							<span>
								{toolRunText(entry.tool, entry.orderNumber)}
								{outcome ? <span className="text-ink-soft">: {outcome}</span> : null}
							</span>
							<span className="shrink-0 text-ink-soft tabular-nums">
								<ClockTime iso={entry.at} />
							</span>
						</li>
					);
				})}
			</ol>
		</section>
	);
}

/** The list that the page was loaded with, updated from messages that have arrived since. */
export function withNewMessages(entries: ActionEntry[], messages: Message[]): ActionEntry[] {
	const byId = new Map(entries.map((entry) => [entry.id, entry]));
	for (const { metadata, sentAt } of messages) {
		for (const toolRun of (metadata.did as ToolRun[] | undefined) ?? []) {
			if (!byId.has(toolRun.id)) byId.set(toolRun.id, { ...toolRun, state: "done", at: sentAt });
		}
		const card = metadata.proposal as ProposalCard | undefined;
		if (!card) continue;
		const known = byId.get(card.id);
		// The loaded list contains expired proposals; a message's card says so only after somebody clicks on it.
		const state = card.state === "proposed" && known ? known.state : card.state;
		byId.set(card.id, {
			id: card.id,
			tool: card.tool,
			orderNumber: card.orderNumber,
			state,
			at: known?.at ?? sentAt,
		});
	}
	return [...byId.values()];
}
