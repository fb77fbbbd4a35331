import { outcomeText, toolRunText } from "#app/components/conversation/tool-run-text.ts";
import { ClockTime } from "#app/components/time/time.tsx";
import type { ActionEntry } from "#app/models/assistant-action/present.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ProposalCard, ToolRun } from "#db/shapes.ts";

/** The list of what the assistant looked up and proposed in a session, with the customer's responses to proposals. */
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

/**
 * The list of the assistant's tool runs and proposals that the page was loaded with, updated from the messages that
 * have arrived since.
 */
export function withNewMessages(entries: ActionEntry[], messages: Message[]): ActionEntry[] {
	const byId = new Map(entries.map((entry) => [entry.id, entry]));
	for (const { metadata, sentAt } of messages) {
		for (const toolRun of (metadata.did as ToolRun[] | undefined) ?? []) {
			if (!byId.has(toolRun.id)) byId.set(toolRun.id, { ...toolRun, state: "done", at: sentAt });
		}
		const card = metadata.proposal as ProposalCard | undefined;
		if (!card) continue;
		const known = byId.get(card.id);
		// The state in the loaded list is used while the message's card says "proposed", because the list knows that a
		// proposal has expired; the card learns that only after somebody clicks on it.
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

/** A text that changes when the tool runs or proposals in the messages change: the input of `withNewMessages`. */
export const toolStateOf = (messages: Message[]): string =>
	messages
		.filter(({ metadata }) => metadata.did || metadata.proposal)
		.map(({ id, metadata }) => `${id} ${(metadata.proposal as ProposalCard | undefined)?.state ?? ""}`)
		.join();
