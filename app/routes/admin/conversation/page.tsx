import { randomUUID } from "node:crypto";
import { type ActionFunctionArgs, data, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import {
	type ShouldRevalidateFunctionArgs,
	useActionData,
	useLoaderData,
	useOutletContext,
} from "@remix-run/react";
import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { type Agent, requireAgent, requireAgentOnPage } from "#app/auth/agent.server.ts";
import { isRefresh } from "#app/components/use-fresh-when-restored.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { enqueue } from "#app/jobs/queue.server.ts";
import { listActions } from "#app/models/assistant-action/log.server.ts";
import { readBlock } from "#app/models/blocked-sender.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { languageTag, spokenLanguage } from "#app/models/chat-session/locale.ts";
import { orderOwnerOf, provedEmail } from "#app/models/chat-session/order-owner.ts";
import { forAgent } from "#app/models/chat-session/present.server.ts";
import { getCustomer } from "#app/models/customer.server.ts";
import { NeedsConfirmation } from "#app/models/errors.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { isKnown, listOrders } from "#app/models/order.server.ts";
import { listOrderRequests } from "#app/models/order-request.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { encodeCursor } from "#app/realtime/cursor.ts";
import { getEpoch } from "#app/realtime/epoch.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";
import { AgentConversation } from "./agent-conversation.tsx";
import { type AgentForm, readAgentForm, submitAgentForm } from "./submit.server.ts";

const ORDERS_SHOWN = 10;

/** The seconds to wait that go with 429. */
export const headers = passRetryAfter;

/** The stream keeps the conversation up to date; going to another one loads it, and so does a restored page. */
export const shouldRevalidate = (change: ShouldRevalidateFunctionArgs) =>
	change.currentParams.sessionId !== change.nextParams.sessionId || isRefresh(change);

/** GET /admin/chat/:sessionId: one conversation, its customer and their orders. */
export async function loader({ request, params }: LoaderFunctionArgs) {
	const { agent, headers } = await requireAgentOnPage(request);
	const view = await orNotFoundPage(
		requireSession(params.sessionId ?? "", { type: "agent", agentId: agent.id, name: agent.name }),
	);
	const { row } = view;
	const before = Number(new URL(request.url).searchParams.get("before"));
	const isOlderPage = Number.isInteger(before) && before > 0;
	const owner = orderOwnerOf(row);
	const [page, customer, orders, actions, epoch, agentLanguage, block] = await Promise.all([
		listMessages(row.sessionId, { limit: HISTORY_LIMIT, ...(isOlderPage ? { before } : {}) }),
		row.userId ? getCustomer(row.userId) : null,
		isKnown(owner) ? listOrders({ ...owner, limit: ORDERS_SHOWN }) : [],
		listActions(row.sessionId),
		getEpoch(),
		getSetting("agent_language"),
		readBlock(row),
	]);
	// Only hurried by the visit; what it brings comes over the stream.
	enqueue("translate-session", row.sessionId);
	const requests = await listOrderRequests(orders.map((order) => order.number));
	const shown = {
		session: forAgent(view),
		messages: page.messages.filter((message) => message.seq <= row.lastSeq),
		olderBefore: page.next,
		// An older page does not reach the present: without a cursor the stream begins with the newest messages.
		cursor: isOlderPage ? null : encodeCursor({ epoch, public: row.lastSeq, internal: row.internalSeq }),
		applied: {
			public: isOlderPage ? (page.messages.at(-1)?.seq ?? 0) : row.lastSeq,
			internal: row.internalSeq,
		},
		customer: customer ? { id: customer.id, name: customer.name, email: customer.email } : null,
		orders: orders.map(({ number, status, totalCents, placedAt, items, expectedOn }) => ({
			number,
			status,
			totalCents,
			placedAt: placedAt?.toISOString() ?? null,
			expectedOn,
			items: items.map((item) => item.name),
			requests: requests
				.filter((request) => request.orderNumber === number)
				.map(({ id, kind, state, reason, createdAt }) => ({
					id,
					kind,
					state,
					reason,
					at: createdAt.toISOString(),
				})),
		})),
		verifiedEmail: provedEmail(row),
		block,
		actions,
		clientMessageId: randomUUID(),
		languages: {
			agent: languageTag(agentLanguage),
			customer: languageTag(spokenLanguage(row)),
			hasModel: hasModel(),
		},
	};
	return data(shown, { headers });
}

/** POST /admin/chat/:sessionId: take, reply, end as plain forms. */
export async function action({ request, params }: ActionFunctionArgs) {
	const agent = await requireAgent(request);
	const sessionId = params.sessionId ?? "";
	let form: AgentForm = {};
	try {
		form = await readAgentForm(request);
		const { result } = await submitAgentForm(agent, sessionId, form);
		// Shown and not redirected to: what the copilot made is kept nowhere, and the draft is the page's.
		if (result || form.intent === "draft" || (form.intent === "end" && form.message?.trim())) {
			return data({ problem: null, typed: form.message ?? "", intent: "", result, confirmEnd: null });
		}
		return redirect(`/admin/chat/${sessionId}`, { status: 303 });
	} catch (error) {
		const problem = toProblem(error);
		const { message = "", intent = "" } = form;
		const result = translationOf(form);
		const typed = result?.original ?? message;
		// A question and not a problem: the page asks it, with a form that confirms.
		const confirmEnd = error instanceof NeedsConfirmation ? error.message : null;
		const shown = { problem: confirmEnd === null ? problem : null, typed, intent, result, confirmEnd };
		return data(shown, problemInit(problem));
	}
}

/** The translation that a refused reply was, to be sent again as it has been corrected; null for other forms. */
function translationOf({ intent, message, original, language, clientMessageId }: AgentForm) {
	if (intent !== "reply" || !message || !original || !language) return null;
	return {
		kind: "translate" as const,
		text: message,
		original,
		language,
		clientMessageId: clientMessageId || randomUUID(),
	};
}

export default function ConversationPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const agent = useOutletContext<Agent>();
	return (
		<AgentConversation key={page.session.sessionId} page={page} refused={refused ?? null} agent={agent} />
	);
}

/** A page that is not there is a page too, inside the dashboard; other failures go to the boundary. */
async function orNotFoundPage<Value>(work: Promise<Value>): Promise<Value> {
	try {
		return await work;
	} catch (error) {
		const problem = toProblem(error);
		throw data({ detail: problem.detail, reference: problem.reference }, { status: problem.status });
	}
}
