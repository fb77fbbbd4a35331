import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, Link, Outlet, useLoaderData, useParams } from "@remix-run/react";
import { requireAgent } from "#app/auth/agent.server.ts";
import { Avatar, Button, SkipLink, StoreMark } from "#app/components/ui/index.ts";
import { touchAgent } from "#app/models/agent.server.ts";
import { listInbox } from "#app/models/inbox.server.ts";
import type { LineState } from "#app/realtime/client/line/status.ts";
import { InboxList } from "./inbox-list.tsx";
import { useInbox } from "./use-inbox.ts";

export const meta: MetaFunction = () => [{ title: "Conversations · Mevi Chat" }];

/** The list keeps itself up to date from its stream. */
export const shouldRevalidate = () => false;

/** GET /admin/chat and below: the agents' list beside whatever conversation is open. */
export async function loader({ request }: LoaderFunctionArgs) {
	const agent = await requireAgent(request);
	await touchAgent(agent.id);
	return { agent, entries: await listInbox() };
}

export default function InboxLayout() {
	const page = useLoaderData<typeof loader>();
	const { sessionId } = useParams();
	const inbox = useInbox(page.entries, page.agent.id);
	const waiting = inbox.entries.filter((entry) => entry.status === "queued").length;
	// An open conversation brings the page's first heading itself.
	const Title = sessionId ? "p" : "h1";
	return (
		<div className="flex h-dvh flex-col">
			<SkipLink />
			<header
				className={`flex min-h-13 items-center gap-2 border-line border-b px-4 py-1 sm:gap-3 ${sessionId ? "max-md:hidden" : ""}`}
			>
				<StoreMark className="size-7" />
				<Title className="whitespace-nowrap font-semibold text-lg">Mevi Chat</Title>
				<p className="min-w-0 truncate text-ink-soft text-sm" aria-live="polite">
					{isAway(inbox.line.state)
						? "Reconnecting"
						: waiting === 0
							? "Nobody is waiting"
							: `${waiting} waiting`}
				</p>
				<p className="relative ms-auto flex min-w-0 items-center gap-2 text-sm">
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
					data-transport={inbox.line.transport}
					className={`min-h-0 overflow-y-auto border-line md:border-e ${sessionId ? "max-md:hidden" : ""}`}
				>
					<InboxList entries={inbox.entries} openId={sessionId ?? null} agentId={page.agent.id} />
				</nav>
				<main id="main" className={`min-h-0 ${sessionId ? "" : "max-md:hidden"}`}>
					<Outlet context={page.agent} />
				</main>
			</div>
		</div>
	);
}

const isAway = (state: LineState) => state === "reconnecting" || state === "offline" || state === "stopped";
