import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Form, Outlet, useLoaderData, useParams } from "@remix-run/react";
import { requireAgent } from "#app/auth/agent.server.ts";
import { Button, SkipLink } from "#app/components/ui/index.ts";
import { listInbox } from "#app/models/inbox.server.ts";
import { InboxList } from "./inbox-list.tsx";
import { useInbox } from "./use-inbox.ts";

export const meta: MetaFunction = () => [{ title: "Conversations · Mevi Chat" }];

/** The list keeps itself up to date from its stream. */
export const shouldRevalidate = () => false;

/** GET /admin/chat and below: the agents' list beside whatever conversation is open. */
export async function loader({ request }: LoaderFunctionArgs) {
	const agent = await requireAgent(request);
	return { agent, entries: await listInbox() };
}

export default function InboxLayout() {
	const page = useLoaderData<typeof loader>();
	const { sessionId } = useParams();
	const inbox = useInbox(page.entries);
	const waiting = inbox.entries.filter((entry) => entry.status === "queued").length;
	return (
		<div className="flex h-dvh flex-col">
			<SkipLink />
			<header className="flex items-center gap-3 border-line border-b px-4 py-2">
				<p className="font-semibold text-lg">Mevi Chat</p>
				<p className="text-ink-soft text-sm" aria-live="polite">
					{inbox.line === "waiting"
						? "Reconnecting"
						: waiting === 0
							? "Nobody is waiting"
							: `${waiting} waiting`}
				</p>
				<p className="ms-auto truncate text-sm">{page.agent.name}</p>
				<Form method="post" action="/admin/logout" reloadDocument>
					<Button variant="quiet" size="compact">
						Sign out
					</Button>
				</Form>
			</header>
			<div className="grid min-h-0 flex-1 md:grid-cols-[20rem_minmax(0,1fr)]">
				<nav
					aria-label="Conversations"
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
