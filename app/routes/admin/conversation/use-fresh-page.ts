import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import type { ProposalCard } from "#db/shapes.ts";
import type { ConversationPage } from "./load.server.ts";

/**
 * Loads the data of the agent's page again when an event of the session has changed that data: a confirmed action, a
 * proved email address, or another language.
 */
export function useFreshPage(
	page: ConversationPage,
	conversation: Conversation,
	changes: number,
): ConversationPage {
	const fetcher = useFetcher<ConversationPage>();
	const { load } = fetcher;
	const state = `${refreshKey(conversation)} ${changes}`;
	const loaded = useRef(state);
	useEffect(() => {
		if (loaded.current === state) return;
		loaded.current = state;
		load(`/admin/chat/${page.session.sessionId}`);
	}, [state, load, page.session.sessionId]);
	return (fetcher.data as ConversationPage | undefined) ?? page;
}

/** A text that changes with every event that affects the customer's data on the agent's page. */
function refreshKey({ messages, session }: Conversation): string {
	const changes = messages.filter(
		({ metadata }) =>
			(metadata.proposal as ProposalCard | undefined)?.state === "done" || metadata.notice === "email-proved",
	);
	return `${changes.length} ${session?.language ?? ""}`;
}
