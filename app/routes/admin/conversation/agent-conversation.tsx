import { ArrowLeft } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import type { Agent } from "#app/auth/agent.server.ts";
import { Composer, type Restored } from "#app/components/conversation/composer.tsx";
import { LineNotice } from "#app/components/conversation/line-notice.tsx";
import { Transcript } from "#app/components/conversation/transcript.tsx";
import { usePageContext } from "#app/components/page-context.ts";
import { Badge, Button, buttonClasses, EmptyState, Notice } from "#app/components/ui/index.ts";
import type { Problem } from "#app/http/respond.server.ts";
import { useConversation } from "#app/realtime/client/use-conversation.ts";
import type { Session } from "#app/realtime/events.ts";
import { reasonName } from "../words.ts";
import { withNews } from "./assistant-deeds.tsx";
import { COMPOSER_ID, CopilotBar, CopilotResultPanel } from "./copilot.tsx";
import { CustomerPanel } from "./customer-panel.tsx";
import { HandoverPanel } from "./handover-panel.tsx";
import type { loader } from "./page.tsx";
import { useCopilot } from "./use-copilot.ts";

type Page = Awaited<ReturnType<typeof loader>>;
type Refused = { problem: Problem | null; typed: string; intent: string; result: CopilotResult | null };

/** One conversation as its agent works on it: transcript and composer, and who the customer is beside them. */
export function AgentConversation({
	page,
	refused,
	agent,
}: {
	page: Page;
	refused: Refused | null;
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
		},
		actionUrl: `${base}/actions`,
		ways: { events: "/admin/chat/events", poll: "/admin/chat/poll", sync: "/admin/chat/sync" },
		olderUrl: (_sessionId, before) => `${base}/history?before=${before}`,
		hasOlder: page.olderBefore !== null,
		side: "agent",
		sendIntent: "reply",
		owner: agent.id,
		storageKey: `mevi-outbox ${agent.id} ${page.session.sessionId}`,
		onSignedOut: () => window.location.assign(`/admin/login?next=${encodeURIComponent(base)}`),
	});
	const [restored, setRestored] = useState<Restored>({ text: "", count: 0 });
	const copilot = useCopilot(`${base}/actions`, refused?.result ?? null);
	const replaceDraft = (text: string) => setRestored({ text, count: restored.count + 1, isWhole: true });
	const session = chat.conversation.session ?? page.session;
	const isMine = session.status === "agent" && session.agentId === agent.id;
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
				className="flex min-h-0 min-w-0 flex-col"
			>
				<AgentHeader
					session={session}
					isMine={isMine}
					name={page.customer?.name ?? "Visitor"}
					isCustomerHere={chat.conversation.isHere.customer}
					onSubmit={chat.submit}
				/>
				<LineNotice line={chat.line} />
				<HandoverPanel session={session} />
				<LiveFrame src={`${base}/live`} />
				<Transcript
					className="scripted flex-1"
					conversation={chat.conversation}
					outbox={chat.outbox}
					transport={chat.line.transport}
					side="agent"
					hasOlder={chat.hasOlder}
					isLoadingOlder={chat.isLoadingOlder}
					olderHref={page.olderBefore ? `${base}?before=${page.olderBefore}` : null}
					onLoadOlder={chat.loadOlder}
					onSeen={chat.noteSeen}
					onAct={chat.submit}
					onRetry={chat.retry}
					onDiscard={(id) => setRestored({ text: chat.discard(id), count: restored.count + 1 })}
					customerName={page.customer?.name ?? null}
					empty={
						<EmptyState title="Nothing written yet">The customer's first words will appear here.</EmptyState>
					}
				/>
				<footer className="border-line border-t px-4 py-3">
					{problem ? (
						<Notice tone="danger" className="mb-3">
							{problem}
						</Notice>
					) : null}
					<ReplyPlace session={session} isMine={isMine}>
						<CopilotResultPanel
							copilot={copilot}
							onUse={replaceDraft}
							onSend={async (fields) => {
								const isSent = await chat.submit(fields);
								if (isSent) replaceDraft("");
								return isSent;
							}}
						/>
						<Composer
							intent="reply"
							formId={COMPOSER_ID}
							hidden={{ clientMessageId: page.clientMessageId }}
							defaultMessage={refused ? refused.typed : ""}
							hint="Write a reply"
							draftKey={`mevi-draft ${agent.id} ${session.sessionId}`}
							onSend={chat.send}
							onTyping={chat.noteTyping}
							restored={restored}
						/>
						<CopilotBar copilot={copilot} languages={page.languages} />
					</ReplyPlace>
				</footer>
			</section>
			<CustomerPanel
				session={session}
				customer={page.customer}
				verifiedEmail={page.verifiedEmail}
				orders={page.orders}
				actions={withNews(page.actions, chat.conversation.messages)}
			/>
		</div>
	);
}

function AgentHeader({
	session,
	isMine,
	name,
	isCustomerHere,
	onSubmit,
}: {
	session: Session;
	isMine: boolean;
	name: string;
	/** Whether the customer has the conversation open; null when that is not known. */
	isCustomerHere: boolean | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const submit = (intent: string) => (event: FormEvent) => {
		event.preventDefault();
		void onSubmit({ intent });
	};
	const canTake = session.status === "assistant" || session.status === "queued";
	// Two rows where there is little room; beside the customer's column they dissolve into one grid.
	return (
		<header className="flex flex-col border-line border-b px-4 py-1.5 lg:grid lg:grid-cols-[minmax(0,1fr)_auto_auto] lg:gap-x-2 lg:gap-y-1 lg:py-2">
			<div className="flex min-h-11 items-center gap-1 lg:contents">
				<a
					href="/admin/chat"
					aria-label="Back to the list"
					className="-ms-3 grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken md:hidden"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				</a>
				<h1 className="min-w-0 flex-1 truncate font-semibold text-lg">{name}</h1>
				<a
					href="#customer"
					className={buttonClasses({ variant: "quiet", size: "compact" }, "shrink-0 lg:hidden")}
				>
					Customer
				</a>
				{session.isActive && (isMine || canTake) ? (
					<form
						method="post"
						onSubmit={submit("end")}
						className={`shrink-0 ${canTake ? "max-lg:-me-3" : "-me-3"} lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:self-center`}
					>
						<input type="hidden" name="intent" value="end" />
						<Button size="compact" variant="quiet">
							End chat
						</Button>
					</form>
				) : null}
			</div>
			<div className="flex min-h-8 items-center gap-3 pb-1 lg:contents">
				<p className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 lg:col-start-1 lg:row-start-2">
					<SessionBadge session={session} isMine={isMine} />
					<span className="text-ink-soft text-sm" aria-live="polite">
						{whereCustomerIs(session, isCustomerHere)}
					</span>
				</p>
				{canTake ? (
					<form
						method="post"
						onSubmit={submit("take")}
						className="shrink-0 lg:col-start-3 lg:row-span-2 lg:row-start-1 lg:self-center"
					>
						<input type="hidden" name="intent" value="take" />
						<Button size="compact">Take over</Button>
					</form>
				) : null}
			</div>
		</header>
	);
}

function whereCustomerIs(session: Session, isHere: boolean | null): string | null {
	if (isHere === null || !session.isActive) return null;
	return isHere ? "Customer is here" : "Customer has left the page";
}

function SessionBadge({ session, isMine }: { session: Session; isMine: boolean }) {
	switch (session.status) {
		case "queued":
			return <Badge tone="attention">Waiting · {reasonName(session.queueReason)}</Badge>;
		case "agent":
			return (
				<Badge tone="accent">{isMine ? "Yours" : `Taken by ${session.agentName ?? "another agent"}`}</Badge>
			);
		case "ended":
			return <Badge>Ended</Badge>;
		default:
			return <Badge>With the assistant</Badge>;
	}
}

/** The composer where this agent may write, else why not. */
function ReplyPlace({
	session,
	isMine,
	children,
}: {
	session: Session;
	isMine: boolean;
	children: ReactNode;
}) {
	if (session.status === "ended") {
		const rating = session.customerSatisfactionRating;
		return (
			<p className="text-ink-soft">This conversation has ended{rating ? `; rated ${rating} of 5` : ""}.</p>
		);
	}
	if (session.status === "agent" && !isMine) {
		return (
			<p className="text-ink-soft">{session.agentName ?? "Another agent"} has taken this conversation.</p>
		);
	}
	if (!isMine) {
		return (
			<p className="text-ink-soft">Take the conversation over to reply; the assistant then falls silent.</p>
		);
	}
	return children;
}

function LiveFrame({ src }: { src: string }) {
	const { nonce } = usePageContext();
	return (
		<noscript className="unscripted">
			<style nonce={nonce}>{".scripted{display:none}.unscripted{display:contents}"}</style>
			<iframe src={src} title="Conversation" className="min-h-0 w-full flex-1 border-0" />
		</noscript>
	);
}

function firstFieldError(problem: Problem): string | undefined {
	return problem.fieldErrors ? Object.values(problem.fieldErrors)[0]?.[0] : undefined;
}
