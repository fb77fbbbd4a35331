import { data, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import {
	Form,
	Link,
	Outlet,
	type ShouldRevalidateFunctionArgs,
	useLoaderData,
	useParams,
	useSearchParams,
} from "@remix-run/react";
import { requireAgentOnPage } from "#app/auth/agent.server.ts";
import { Avatar, Button, SkipLink, StoreMark } from "#app/components/ui/index.ts";
import { isRefresh } from "#app/components/use-reload-when-restored.ts";
import { titleWithCount } from "#app/components/use-title-count.ts";
import { recordAgentActivity } from "#app/models/agent/agent.server.ts";
import { listInbox } from "#app/models/chat-session/inbox.server.ts";
import type { ConnectionState } from "#app/realtime/client/connection/status.ts";
import { waitingLimit } from "#app/realtime/inbox-order.ts";
import { countAttention } from "./attention.ts";
import { InboxList } from "./inbox-list.tsx";
import { useAttention } from "./use-attention.ts";
import { useInbox } from "./use-inbox.ts";

const INBOX_TITLE = "Conversations · Mevi Chat";

export const meta: MetaFunction<typeof loader> = ({ data: page }) => [
	{
		title: page
			? titleWithCount(INBOX_TITLE, countAttention(page.inbox, page.agent.id, new Set()))
			: INBOX_TITLE,
	},
];

/** The stream keeps the inbox up to date, so loaders run again only for "Show more" and a restored page. */
export const shouldRevalidate = (change: ShouldRevalidateFunctionArgs) =>
	limitIn(change.currentUrl.searchParams) !== limitIn(change.nextUrl.searchParams) || isRefresh(change);

const limitIn = (search: URLSearchParams): number => waitingLimit(search.get("waiting"));

/** GET /admin/chat and the pages below it: the inbox beside the open session. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { agent, headers } = await requireAgentOnPage(request);
	await recordAgentActivity(agent.id);
	const inbox = await listInbox(limitIn(new URL(request.url).searchParams));
	return data({ agent, inbox }, { headers });
}

export default function InboxLayout() {
	const page = useLoaderData<typeof loader>();
	const { sessionId } = useParams();
	const [search] = useSearchParams();
	const limit = limitIn(search);
	const { inbox, connection } = useInbox(page.inbox, page.agent.id, limit);
	useAttention(inbox, page.agent.id, INBOX_TITLE, sessionId ?? null);
	// The page of an open session has its own h1, so this h1 is shown only when no session is open.
	const Title = sessionId ? "p" : "h1";
	return (
		<div className="flex h-dvh flex-col">
			<SkipLink />
			<header
				className={`flex min-h-13 items-center gap-2 border-line border-b px-4 py-1 sm:gap-3 ${sessionId ? "max-md:hidden" : ""}`}
			>
				<StoreMark className="size-7" />
				{/* On a phone the title is hidden, because there is space only for the number of queued sessions. */}
				<Title className="whitespace-nowrap font-semibold text-lg max-sm:sr-only">Mevi Chat</Title>
				<p className="min-w-0 truncate text-ink-soft text-sm" aria-live="polite">
					{isAway(connection.state)
						? "Reconnecting"
						: inbox.waiting === 0
							? "Nobody is waiting"
							: `${inbox.waiting} waiting`}
				</p>
				<p className="relative ms-auto flex min-w-0 items-center gap-2 text-sm sm:me-3">
					<span className="contents max-sm:hidden">
						<Avatar name={page.agent.name} size="small" />
					</span>
					<span className="truncate max-sm:sr-only">{page.agent.name}</span>
				</p>
				<Link
					to="/admin/knowledge"
					className="inline-flex min-h-9 items-center text-accent text-sm underline-offset-4 hover:underline pointer-coarse:min-h-11"
				>
					Knowledge
				</Link>
				<Form method="post" action="/admin/logout" reloadDocument>
					<Button variant="quiet" size="compact" className="-me-3 whitespace-nowrap">
						Sign out
					</Button>
				</Form>
			</header>
			<div className="grid min-h-0 flex-1 md:grid-cols-[20rem_minmax(0,1fr)]">
				<nav
					aria-label="Conversations"
					data-transport={connection.transport}
					className={`min-h-0 overflow-y-auto border-line md:border-e ${sessionId ? "max-md:hidden" : ""}`}
				>
					<InboxList inbox={inbox} waitingLimit={limit} openId={sessionId ?? null} agentId={page.agent.id} />
					<Link
						to="/admin/ended"
						className="inline-flex min-h-11 items-center px-4 text-accent text-sm underline-offset-4 hover:underline"
					>
						Ended conversations
					</Link>
					<Link
						to="/admin/blocked"
						className="inline-flex min-h-11 items-center px-4 text-accent text-sm underline-offset-4 hover:underline"
					>
						Blocked senders
					</Link>
				</nav>
				<main id="main" className={`min-h-0 ${sessionId ? "" : "max-md:hidden"}`}>
					<Outlet context={page.agent} />
				</main>
			</div>
		</div>
	);
}

const isAway = (state: ConnectionState) =>
	state === "reconnecting" || state === "offline" || state === "stopped";
