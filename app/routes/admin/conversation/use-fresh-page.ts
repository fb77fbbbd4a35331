import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import type { ProposalCard } from "#db/shapes.ts";
import type { ConversationPage } from "./load.server.ts";

/**
 * What the page knows besides the conversation, loaded again when something in the conversation has changed it: a
 * change the customer confirmed, an address they proved, another language.
 */
export function useFreshPage(
	page: ConversationPage,
	conversation: Conversation,
	changes: number,
): ConversationPage {
	const fetcher = useFetcher<ConversationPage>();
	const { load } = fetcher;
	const state = `${stateOf(conversation)} ${changes}`;
	const loaded = useRef(state);
	useEffect(() => {
		if (loaded.current === state) return;
		loaded.current = state;
		load(`/admin/chat/${page.session.sessionId}`);
	}, [state, load, page.session.sessionId]);
	return (fetcher.data as ConversationPage | undefined) ?? page;
}

/** Changes with every event of the conversation that changes what is known of the customer. */
function stateOf({ messages, session }: Conversation): string {
	const changes = messages.filter(
		({ metadata }) =>
			(metadata.proposal as ProposalCard | undefined)?.state === "done" || metadata.notice === "email-proved",
	);
	return `${changes.length} ${session?.language ?? ""}`;
}
