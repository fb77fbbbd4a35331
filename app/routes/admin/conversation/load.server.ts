import { randomUUID } from "node:crypto";
import { data, type LoaderFunctionArgs } from "@remix-run/node";
import { hasLanguageModel } from "#app/ai/reply/answer-question.server.ts";
import { requireAgentOnPage } from "#app/auth/agent.server.ts";
import { formatDay } from "#app/components/time/format-day.ts";
import { readerLocale } from "#app/http/reader-locale.server.ts";
import { toProblem } from "#app/http/respond.server.ts";
import { enqueueJob } from "#app/job-queue.server.ts";
import { listAssistantActions } from "#app/models/assistant-action/tool-run-log.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { customerLanguage, tagOrEnglish } from "#app/models/chat-session/locale.ts";
import { orderOwnerOf, provedEmail } from "#app/models/chat-session/order-owner.ts";
import { sessionForAgent } from "#app/models/chat-session/present.server.ts";
import { readBlock } from "#app/models/customer/blocked-sender.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { isIdentified, listOrders } from "#app/models/order/order.server.ts";
import { listOrderRequests } from "#app/models/order/request.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { encodeCursor } from "#app/realtime/cursor.ts";
import { getEpoch } from "#app/realtime/epoch.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";

const MAX_SHOWN_ORDERS = 10;

/** GET /admin/chat/:sessionId: the data of one session, its customer and the customer's orders. */
export async function loadConversation({ request, params }: LoaderFunctionArgs) {
	const { agent, headers } = await requireAgentOnPage(request);
	const view = await orNotFoundPage(
		request,
		requireSession(params.sessionId ?? "", { type: "agent", agentId: agent.id, name: agent.name }),
	);
	const { row } = view;
	const before = Number(new URL(request.url).searchParams.get("before"));
	const isOlderPage = Number.isInteger(before) && before > 0;
	const owner = orderOwnerOf(row);
	const [page, customer, orders, actions, epoch, agentLanguage, block] = await Promise.all([
		listMessages(row.sessionId, { limit: HISTORY_LIMIT, ...(isOlderPage ? { before } : {}) }),
		row.userId ? getCustomer(row.userId) : null,
		isIdentified(owner) ? listOrders({ ...owner, limit: MAX_SHOWN_ORDERS }) : [],
		listAssistantActions(row.sessionId),
		getEpoch(),
		getSetting("agent_language"),
		readBlock(row),
	]);
	// Opening the page only starts the translation of the session; the translated messages arrive over the stream.
	enqueueJob("translate-session", row.sessionId);
	const requests = await listOrderRequests(orders.map((order) => order.number));
	// Dates are formatted here, because the server and the browser may have different versions of the formats.
	const dateLocale = readerLocale(request);
	const shown = {
		session: sessionForAgent(view),
		messages: page.messages.filter((message) => message.seq <= row.lastSeq),
		olderBefore: page.next,
		// A page of older messages does not reach the newest message, so it has no cursor; the stream then begins with the
		// newest messages.
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
			placedOn: placedAt && formatDay(placedAt, dateLocale),
			expectedOn: expectedOn && formatDay(new Date(expectedOn), dateLocale),
			items: items.map((item) => item.name),
			requests: requests
				.filter((request) => request.orderNumber === number)
				.map(({ id, kind, state, reason, createdAt }) => ({
					id,
					kind,
					state,
					reason,
					madeOn: formatDay(createdAt, dateLocale),
				})),
		})),
		verifiedEmail: provedEmail(row),
		block,
		actions,
		clientMessageId: randomUUID(),
		languages: {
			agent: tagOrEnglish(agentLanguage),
			customer: tagOrEnglish(customerLanguage(row)),
			hasModel: hasLanguageModel(),
		},
	};
	return data(shown, { headers });
}

/** The data of the agent's page for one session. */
export type ConversationPage = Awaited<ReturnType<typeof loadConversation>>["data"];

/** Answers an unknown session id with a "not found" page inside the dashboard; other errors go to the error page. */
async function orNotFoundPage<Value>(request: Request, work: Promise<Value>): Promise<Value> {
	try {
		return await work;
	} catch (error) {
		const problem = toProblem(request, error);
		throw data({ detail: problem.detail, reference: problem.reference }, { status: problem.status });
	}
}
