import { type ReactNode, type Ref, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import type { Agent } from "#app/auth/agent.server.ts";
import { Composer, type RestoredText } from "#app/components/conversation/composer.tsx";
import { ConnectionNotice } from "#app/components/conversation/connection-notice.tsx";
import { LiveFrame } from "#app/components/conversation/live-frame.tsx";
import { Transcript } from "#app/components/conversation/transcript.tsx";
import { UnsentDraft } from "#app/components/conversation/unsent-text.tsx";
import { EmptyState, Notice, useFocusAfterRemoval } from "#app/components/ui/index.ts";
import type { Problem } from "#app/http/respond.server.ts";
import { useConversation } from "#app/realtime/client/use-conversation.ts";
import type { Session } from "#app/realtime/events.ts";
import { AgentHeader } from "./agent-header.tsx";
import { toolStateOf, withNewMessages } from "./assistant-activity.tsx";
import { COMPOSER_ID, CopilotBar, CopilotResultPanel } from "./copilot.tsx";
import { CustomerPanel } from "./customer-panel.tsx";
import { ConfirmEnd } from "./end-chat.tsx";
import { HandoverPanel } from "./handover-panel.tsx";
import type { ConversationPage } from "./load.server.ts";
import { useCopilot } from "./use-copilot.ts";
import { useFreshPage } from "./use-fresh-page.ts";

type RefusedAgentForm = {
	problem: Problem | null;
	typed: string;
	intent: string;
	result: CopilotResult | null;
	/** The question that the agent must confirm before the session ends; null when no confirmation is needed. */
	confirmEnd: string | null;
};

/** The agent's page of one session: transcript and composer, with the customer panel beside them. */
export function AgentConversation({
	page,
	refused,
	agent,
}: {
	page: ConversationPage;
	refused: RefusedAgentForm | null;
	agent: Agent;
}) {
	const base = `/admin/chat/${page.session.sessionId}`;
	const chat = useConversation({
		initial: {
			sessionId: page.session.sessionId,
			session: page.session,
			messages: page.messages,
			cursor: page.cursor,
			applied: page.applied,
			hasOlder: page.olderBefore !== null,
		},
		actionUrl: `${base}/actions`,
		urls: { events: "/admin/chat/events", poll: "/admin/chat/poll", sync: "/admin/chat/sync" },
		olderUrl: (_sessionId, before) => `${base}/history?before=${before}`,
		side: "agent",
		sendIntent: "reply",
		owner: agent.id,
		storageKey: `mevi-outbox ${agent.id} ${page.session.sessionId}`,
		onSignedOut: () => window.location.assign(`/admin/login?next=${encodeURIComponent(base)}`),
	});
	const [restored, setRestored] = useState<RestoredText>({ text: "", count: 0 });
	const copilot = useCopilot(`${base}/actions`, refused?.result ?? null);
	// The properties of the page's parts stay equal while messages arrive, so that a message renders only the transcript.
	const { discard, submit } = chat;
	const replaceDraft = useCallback(
		(text: string) => setRestored(({ count }) => ({ text, count: count + 1, isWhole: true })),
		[],
	);
	const edit = useCallback(
		(clientMessageId: string) => {
			const text = discard(clientMessageId);
			setRestored(({ count }) => ({ text, count: count + 1 }));
		},
		[discard],
	);
	const sendTranslation = useCallback(
		async (fields: Record<string, string>) => {
			const isSent = await submit(fields);
			if (isSent) replaceDraft("");
			return isSent;
		},
		[submit, replaceDraft],
	);
	const session = chat.conversation.session ?? page.session;
	/** The number of forms posted from the customer panel; each of these forms changes the page's data. */
	const [changes, setChanges] = useState(0);
	const { customer, verifiedEmail, orders, actions, languages, block } = useFreshPage(
		page,
		chat.conversation,
		changes,
	);
	const submitFromPanel = useCallback(
		async (fields: Record<string, string>) => {
			const isDone = await submit(fields);
			if (isDone) setChanges((count) => count + 1);
			return isDone;
		},
		[submit],
	);
	const hidden = useMemo(() => ({ clientMessageId: page.clientMessageId }), [page.clientMessageId]);
	const { messages } = chat.conversation;
	const toolState = toolStateOf(messages);
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the messages, only tool runs and proposals are shown.
	const shownActions = useMemo(() => withNewMessages(actions, messages), [actions, toolState]);
	const isMine = session.status === "agent" && session.agentId === agent.id;
	const draftKey = `mevi-draft ${agent.id} ${session.sessionId}`;
	const column = useRef<HTMLElement>(null);
	const reason = useRef<HTMLParagraphElement>(null);
	useFocusAfterRemoval(column, () =>
		isMine && session.status !== "ended"
			? (document.getElementById(COMPOSER_ID)?.querySelector("textarea") ?? null)
			: reason.current,
	);
	const problem =
		chat.problem ?? (refused?.problem ? (firstFieldError(refused.problem) ?? refused.problem.detail) : null);
	useEffect(() => {
		document.documentElement.dataset.hydrated = "yes";
	}, []);

	return (
		<div className="grid h-full min-h-0 lg:grid-cols-[minmax(0,1fr)_20rem]">
			<section
				id="conversation"
				aria-label="Conversation with the customer"
				ref={column}
				// The maximum height of a copilot suggestion is a share of this element's height.
				className="@container-size flex min-h-0 min-w-0 flex-col"
			>
				<AgentHeader
					session={session}
					isMine={isMine}
					name={customer?.name ?? "Visitor"}
					isCustomerHere={chat.conversation.presence.customer}
					onSubmit={chat.submit}
				/>
				<ConnectionNotice connection={chat.connection} />
				<HandoverPanel session={session} />
				<LiveFrame src={`${base}/live/frame`} />
				<Transcript
					className="scripted flex-1"
					conversation={chat.conversation}
					outbox={chat.outbox}
					transport={chat.connection.transport}
					side="agent"
					isLoadingOlder={chat.isLoadingOlder}
					onLoadOlder={chat.loadOlder}
					onSeen={chat.noteSeen}
					onPostForm={chat.act}
					onRetry={chat.retry}
					onDiscard={edit}
					customerName={customer?.name ?? null}
					empty={
						<EmptyState title="Nothing written yet">
							The customer's first message will appear here.
						</EmptyState>
					}
				/>
				<footer className="border-line border-t px-4 py-3">
					{problem ? (
						<Notice tone="danger" className="mb-3">
							{problem}
						</Notice>
					) : null}
					{refused?.confirmEnd && session.isActive ? <ConfirmEnd question={refused.confirmEnd} /> : null}
					<ReplyArea {...{ session, isMine, draftKey, reason }} unsent={refused?.typed ?? ""}>
						<CopilotResultPanel copilot={copilot} onUse={replaceDraft} onSend={sendTranslation} />
						<Composer
							intent="reply"
							formId={COMPOSER_ID}
							hidden={hidden}
							defaultMessage={refused ? refused.typed : ""}
							hint="Write a reply"
							draftKey={draftKey}
							onSend={chat.send}
							onTyping={chat.noteTyping}
							restored={restored}
						/>
						<CopilotBar copilot={copilot} languages={languages} />
					</ReplyArea>
				</footer>
			</section>
			<CustomerPanel
				session={session}
				customer={customer}
				verifiedEmail={verifiedEmail}
				orders={orders}
				actions={shownActions}
				block={block}
				onSubmit={submitFromPanel}
			/>
		</div>
	);
}

/** The composer if this agent may write; otherwise the reason why not, and the text that was not sent. */
function ReplyArea({
	session,
	isMine,
	unsent,
	draftKey,
	reason,
	children,
}: {
	session: Session;
	isMine: boolean;
	/** The text of a reply that was posted without scripts and refused. */
	unsent: string;
	draftKey: string;
	/** The element that gets the focus when the composer disappears from the page. */
	reason: Ref<HTMLParagraphElement>;
	children: ReactNode;
}) {
	if (isMine && session.status !== "ended") return children;
	return (
		<>
			<UnsentDraft draftKey={draftKey} text={unsent} />
			<p ref={reason} tabIndex={-1} className="text-ink-soft">
				{readOnlyReason(session)}
			</p>
		</>
	);
}

function readOnlyReason({ status, customerSatisfactionRating: rating, agentName }: Session): string {
	if (status === "ended") return `This conversation has ended${rating ? `; rated ${rating} of 5` : ""}.`;
	if (status === "agent") return `${agentName ?? "Another agent"} has taken this conversation.`;
	return "Take over to reply. The assistant will stop answering.";
}

function firstFieldError(problem: Problem): string | undefined {
	return problem.fieldErrors ? Object.values(problem.fieldErrors)[0]?.[0] : undefined;
}
