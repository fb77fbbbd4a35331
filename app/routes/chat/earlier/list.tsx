import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { data } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { RelativeTime } from "#app/components/time/time.tsx";
import { ButtonLink, EmptyState } from "#app/components/ui/index.ts";
import { listEarlierSessions } from "#app/models/chat-session/earlier.server.ts";
import { EarlierFrame } from "./frame.tsx";

const PAGE_SIZE = 20;

export const meta: MetaFunction = () => [{ title: "Earlier conversations · Mevi Living" }];

/** GET /chat/earlier: the customer's ended sessions, newest first. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { identity, setCookie } = await ensureCustomerIdentity(request);
	const before = new URL(request.url).searchParams.get("before") ?? undefined;
	const page = await listEarlierSessions(identity, { before, limit: PAGE_SIZE });
	return data(
		{ ...page, isFirst: before === undefined },
		setCookie ? { headers: { "Set-Cookie": setCookie } } : {},
	);
}

export default function EarlierConversations() {
	const { sessions, next, isFirst } = useLoaderData<typeof loader>();
	return (
		<EarlierFrame title="Earlier conversations" back={{ to: "/chat", name: "Back to the chat" }}>
			{sessions.length > 0 ? (
				<ul className="border-line border-t">
					{sessions.map(({ sessionId, startedAt, firstMessagePreview }) => (
						<li key={sessionId} className="border-line border-b">
							<a
								href={`/chat/earlier/${sessionId}`}
								className="flex min-h-14 items-center justify-between gap-4 px-1 py-2.5 hover:bg-surface-sunken"
							>
								<span dir="auto" className="line-clamp-2 wrap-anywhere min-w-0 flex-1">
									{firstMessagePreview ?? <span className="text-ink-soft">You wrote no message</span>}
								</span>
								<span className="shrink-0 text-ink-soft text-sm">
									<RelativeTime iso={startedAt} />
								</span>
							</a>
						</li>
					))}
				</ul>
			) : (
				<EmptyState
					title={isFirst ? "No earlier conversations" : "No more conversations"}
					action={<ButtonLink to="/chat">Back to the chat</ButtonLink>}
				>
					Conversations you have ended appear here.
				</EmptyState>
			)}
			{next ? (
				<a
					href={`/chat/earlier?before=${next}`}
					className="mt-3 inline-flex min-h-11 items-center self-center text-accent underline underline-offset-2"
				>
					Show more
				</a>
			) : null}
		</EarlierFrame>
	);
}
