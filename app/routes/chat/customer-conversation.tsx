import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Composer } from "#app/components/conversation/composer.tsx";
import { ConnectionNotice } from "#app/components/conversation/connection-notice.tsx";
import { readDraft, writeDraft } from "#app/components/conversation/drafts.ts";
import { LiveFrame } from "#app/components/conversation/live-frame.tsx";
import { Transcript } from "#app/components/conversation/transcript.tsx";
import { UnsentDraft } from "#app/components/conversation/unsent-text.tsx";
import { Notice, useFocusAfterRemoval } from "#app/components/ui/index.ts";
import { useTitleCount } from "#app/components/use-title-count.ts";
import type { ConnectionStatus } from "#app/realtime/client/connection/status.ts";
import { reloadPage } from "#app/realtime/client/forms.ts";
import { useConversation } from "#app/realtime/client/use-conversation.ts";
import type { Message, Session } from "#app/realtime/events.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { CHAT_TITLE } from "./chat-title.ts";
import { COMPOSER_ID } from "./composer-id.ts";
import { ConversationEnd, ENDED_ID } from "./conversation-end.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import type { ChatPageData } from "./page-data.server.ts";
import { type RefusedCustomerForm, RefusedForm, reasonOf } from "./refused-form.tsx";
import { isEmailAsked, WaitingPanel } from "./waiting-panel.tsx";
import { Welcome } from "./welcome.tsx";

/**
 * CSS selector of the element that gets the focus when the focused element has disappeared: the thanks, the end of the
 * conversation, or the composer.
 */
const NEXT_FOCUS_SELECTOR = "[data-focus-next], textarea";

const NO_CONNECTION: ConnectionStatus = { state: "live", transport: "sse" };

/**
 * The customer's chat page: header, conversation and composer. Every button works without scripts, because it posts a
 * form.
 */
export function CustomerConversation({
	page,
	refused,
	draft,
}: {
	page: ChatPageData;
	refused: RefusedCustomerForm | null;
	/** The text of a message form that was posted without scripts. */
	draft: string;
}) {
	const chat = useConversation({
		initial: {
			sessionId: page.session?.sessionId ?? null,
			session: page.session,
			messages: page.messages,
			cursor: page.cursor,
			applied: { public: page.lastSeq, internal: 0 },
			hasOlder: page.olderBefore !== null,
		},
		actionUrl: "/chat/actions",
		urls: { events: "/chat/events", poll: "/chat/poll", sync: "/chat/sync" },
		currentUrl: "/chat/current",
		olderUrl: (sessionId, before) => `/chat/history?sessionId=${sessionId}&before=${before}`,
		side: "user",
		sendIntent: "send",
		owner: page.owner,
		storageKey: `mevi-outbox ${page.owner}`,
		renames: page.formerOwner
			? ["mevi-outbox", "mevi-draft"].map((name) => ({
					from: `${name} ${page.formerOwner}`,
					to: `${name} ${page.owner}`,
				}))
			: [],
		onSignedOut: reloadPage,
	});
	const [restored, setRestored] = useState({ text: "", count: 0 });
	const draftKey = `mevi-draft ${page.owner}`;
	const { conversation } = chat;
	const { session } = conversation;
	// A page without a session has no connection whose status could be shown.
	const connection = conversation.sessionId ? chat.connection : NO_CONNECTION;
	const isEnded = session?.isActive === false;
	const isUnderWay = session?.isActive === true || (conversation.sessionId !== null && !isEnded);
	const mayAnswer = session === null || session.status === "assistant";
	/** The intent of the refused form, if the page shows that form with its typed values. */
	const refusedIntent = refusedFormOnPage(refused?.intent, session, isEnded);
	useMarkHydrated();
	const unread = unreadMessages(conversation.messages, chat.readUpTo);
	useTitleCount(pageTitle(unread.at(-1)), unread.length);
	const root = useRef<HTMLDivElement>(null);
	useFocusAfterRemoval(
		root,
		() =>
			document
				.getElementById(isEnded ? ENDED_ID : COMPOSER_ID)
				?.querySelector<HTMLElement>(NEXT_FOCUS_SELECTOR) ?? null,
	);
	// The properties of the page's parts stay equal while messages arrive, so that a message renders only the transcript.
	const { discard, submit } = chat;
	const edit = useCallback(
		(clientMessageId: string) => {
			const text = discard(clientMessageId);
			// After the end of the session there is no composer in which the text could be edited, so the text becomes the
			// draft of the next conversation.
			if (isEnded) writeDraft(draftKey, [text, readDraft(draftKey)].filter(hasVisibleText).join("\n"));
			setRestored(({ count }) => ({ text, count: count + 1 }));
		},
		[discard, draftKey, isEnded],
	);
	const requestAgent = useCallback(() => void submit({ intent: "request-agent" }), [submit]);
	const hidden = useMemo(
		() => ({ clientMessageId: page.clientMessageId, sessionId: conversation.sessionId ?? "" }),
		[page.clientMessageId, conversation.sessionId],
	);
	const refusedEmail = useMemo(
		() =>
			refusedIntent === "leave-email" && refused
				? { typed: refused.typed.email ?? "", error: reasonOf(refused) }
				: null,
		[refused, refusedIntent],
	);
	const refusedRating = useMemo(
		() =>
			refusedIntent === "rate" && refused
				? { typed: refused.typed.rating ?? "", error: reasonOf(refused) }
				: null,
		[refused, refusedIntent],
	);

	return (
		<div ref={root} className="mx-auto flex h-dvh max-w-3xl flex-col">
			<ConversationHeader
				session={session}
				isUnderWay={isUnderWay}
				customerName={page.customerName}
				isAgentHere={conversation.presence.agent}
				hasEarlier={page.hasEarlier}
				onSubmit={chat.submit}
			/>
			<main id="main" className="flex min-h-0 flex-1 flex-col">
				<ConnectionNotice connection={connection} />
				{page.session ? <LiveFrame src="/chat/live/frame" /> : null}
				<Transcript
					className="scripted flex-1"
					conversation={conversation}
					outbox={chat.outbox}
					transport={connection.transport}
					side="user"
					isLoadingOlder={chat.isLoadingOlder}
					onLoadOlder={chat.loadOlder}
					onSeen={chat.noteSeen}
					onRetry={chat.retry}
					onDiscard={edit}
					onRequestAgent={isEnded ? undefined : requestAgent}
					onPostForm={chat.act}
					empty={<Welcome hasEarlier={page.hasEarlier} />}
				/>
				<footer className="border-line border-t px-4 pt-2.5 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
					{chat.problem ? (
						<Notice tone="danger" className="mb-3">
							{chat.problem}
						</Notice>
					) : null}
					{session?.queue ? (
						<WaitingPanel
							session={session}
							queue={session.queue}
							knownEmail={page.knownEmail}
							refusal={refusedEmail}
							onPostForm={chat.act}
						/>
					) : null}
					{refused && refusedIntent === null ? (
						<RefusedForm refused={refused} messages={conversation.messages} onPostForm={chat.act} />
					) : null}
					{page.isOffline && mayAnswer ? (
						<p className="mb-2 text-center text-ink-soft text-sm">
							Answers come from our help pages and your orders.
						</p>
					) : null}
					{isEnded ? <UnsentDraft key={restored.count} draftKey={draftKey} text={draft} /> : null}
					{isEnded && session ? (
						<ConversationEnd
							session={session}
							refusal={refusedRating}
							onSubmit={chat.submit}
							draft={draft}
							draftKey={draftKey}
						/>
					) : (
						<Composer
							intent="send"
							hidden={hidden}
							defaultMessage={draft}
							formId={COMPOSER_ID}
							error={refusedIntent === "send" && refused ? reasonOf(refused) : undefined}
							hint="Write a message"
							draftKey={draftKey}
							onSend={chat.send}
							onTyping={chat.noteTyping}
							restored={restored}
						/>
					)}
				</footer>
			</main>
		</div>
	);
}

/** The messages from the assistant and the agents that were not read in this browser. Notices are not counted. */
const unreadMessages = (messages: Message[], readUpTo: number): Message[] =>
	messages.filter(
		({ senderType, isRead, seq }) =>
			(senderType === "bot" || senderType === "agent") && !isRead && seq > readUpTo,
	);

function pageTitle(unread: Message | undefined): string {
	if (!unread) return CHAT_TITLE;
	const name = unread.senderType === "bot" ? "The assistant" : (unread.senderName ?? "Support");
	return `${name} replied · Mevi Living`;
}

/** The intent of a refused form, if the page (not a message) shows that form now; otherwise null. */
function refusedFormOnPage(
	intent: string | undefined,
	session: Session | null,
	isEnded: boolean,
): "send" | "leave-email" | "rate" | null {
	if (intent === "send" && !isEnded) return intent;
	if (intent === "rate" && isEnded && session?.customerSatisfactionRating === null) return intent;
	if (intent === "leave-email" && session?.queue && isEmailAsked(session, session.queue)) return intent;
	return null;
}

/** Marks the document as hydrated by React, for tests and styles. */
function useMarkHydrated() {
	const marked = useRef(false);
	useEffect(() => {
		if (marked.current) return;
		marked.current = true;
		document.documentElement.dataset.hydrated = "yes";
	}, []);
}
