import { data, type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { Fragment } from "react";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { MessageBubble } from "#app/components/conversation/message-bubble.tsx";
import { runPositions } from "#app/components/conversation/message-runs.ts";
import { DaySeparator, RelativeTime, useDayOf } from "#app/components/time/time.tsx";
import { answerOrProblem } from "#app/http/respond.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";
import { EarlierFrame } from "./frame.tsx";

export const meta: MetaFunction = () => [{ title: "Earlier conversation · Mevi Living" }];

/** GET /chat/earlier/:sessionId: shows an ended session. An open session is shown at /chat. */
export async function loader({ request, params }: LoaderFunctionArgs) {
	const { identity, setCookie } = await ensureCustomerIdentity(request);
	const found = await requireSession(params.sessionId ?? "", { type: "customer", identity }).catch(
		async (error: unknown) => {
			throw await answerOrProblem(request, () => Promise.reject(error));
		},
	);
	if (found.row.isActive) throw redirect("/chat");
	const before = Number(new URL(request.url).searchParams.get("before"));
	const { messages, next } = await listMessages(found.row.sessionId, {
		limit: HISTORY_LIMIT,
		...(Number.isInteger(before) && before > 0 ? { before } : {}),
	});
	return data(
		{ startedAt: found.row.startedAt.toISOString(), messages, olderBefore: next },
		setCookie ? { headers: { "Set-Cookie": setCookie } } : {},
	);
}

export default function EarlierConversation() {
	const { startedAt, messages, olderBefore } = useLoaderData<typeof loader>();
	const dayOf = useDayOf();
	const positions = runPositions(messages, dayOf);
	return (
		<EarlierFrame
			title={
				<>
					Conversation · <RelativeTime iso={startedAt} />
				</>
			}
			back={{ to: "/chat/earlier", name: "Back to earlier conversations" }}
		>
			<section aria-label="Conversation" className="flex flex-col gap-3">
				{olderBefore ? (
					<a
						href={`?before=${olderBefore}`}
						className="inline-flex min-h-11 items-center self-center text-accent text-sm underline underline-offset-2"
					>
						Show earlier messages
					</a>
				) : null}
				{messages.map((message, index) => (
					<Fragment key={message.id}>
						{positions[index]?.startsDay ? <DaySeparator iso={message.sentAt} /> : null}
						<MessageBubble
							message={message}
							side="user"
							startsRun={positions[index]?.startsRun}
							endsRun={positions[index]?.endsRun}
							isIdentityStep={false}
						/>
					</Fragment>
				))}
			</section>
		</EarlierFrame>
	);
}
