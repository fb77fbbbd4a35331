import { randomUUID } from "node:crypto";
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import type { z } from "zod/v4";
import { requireBearer } from "#app/auth/actor.server.ts";
import { readIdentity } from "#app/auth/identity.server.ts";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { readJson, readQuery } from "#app/http/body.server.ts";
import { countAgainst, countSender } from "#app/http/rate-limit.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { endSession, labelSession, rateSession } from "#app/models/chat-session/change.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { listSessions, requireSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import {
	type SessionView,
	sessionForAgent,
	sessionForCustomer,
} from "#app/models/chat-session/present.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { returnToAssistant } from "#app/models/chat-session/return-to-assistant.server.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { throwIfSenderIsBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { ensureCustomer } from "#app/models/customer/customer.server.ts";
import { Forbidden, Invalid } from "#app/models/errors.ts";
import { methodNotAllowed } from "./methods.server.ts";
import { newSession, sessionChange, sessionFilters } from "./schemas.ts";

/**
 * GET /api/chat/sessions: with an API key the list of all sessions, with filters; with a customer's token only their
 * own sessions.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const actor = await requireBearer(request);
		const filter = readQuery(request, sessionFilters);
		const views = await listSessions(actor, filter);
		const last = views.at(-1);
		return jsonResponse({
			sessions: views.map((view) => toResponseBody(view, actor)),
			next: views.length === filter.limit && last ? last.row.sessionId : null,
		});
	});
}

/** POST and PUT /api/chat/sessions: creates a session (no token needed), or changes one. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		if (request.method === "POST") return createSessionFromRequest(request);
		if (request.method === "PUT") return updateSessionFromRequest(request);
		return methodNotAllowed("GET, POST, PUT");
	});
}

async function createSessionFromRequest(request: Request): Promise<Response> {
	await countSender(request, "sessions");
	const input = await readJson(request, newSession);
	const customerId = input.customer === undefined ? null : await readIdentity(input.customer);
	if (customerId) await ensureCustomer(customerId);
	const identity = { visitorId: randomUUID(), customerId };
	await throwIfSenderIsBlocked(identity);
	const sessionId = await createEmptySession(identity, { locale: input.locale ?? "en" });
	return jsonResponse({ sessionId, token: await signCustomerToken(identity) }, { status: 201 });
}

async function updateSessionFromRequest(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const { sessionId, ...change } = await readJson(request, sessionChange);
	await requireSessionId(sessionId, actor);
	if (actor.type === "customer") {
		requireCustomerMayChange(change);
		await countAgainst("changes", actor.identity.visitorId);
		if (change.status === "queued") await throwIfSenderIsBlocked(actor.identity);
	}
	requirePossibleChange(change);
	if (change.tags !== undefined || change.priority !== undefined) {
		await labelSession(sessionId, actor, {
			...(change.tags === undefined ? {} : { tags: change.tags }),
			...(change.priority === undefined ? {} : { priority: change.priority }),
		});
	}
	if (change.status === "queued") await requestAgent(sessionId, actor);
	if (change.status === "assistant") await returnToAssistant(sessionId, actor);
	if (change.isActive === false || change.status === "ended") await endSession(sessionId, actor);
	if (change.customerSatisfactionRating !== undefined) {
		await rateSession(sessionId, actor, change.customerSatisfactionRating);
	}
	return jsonResponse(toResponseBody(await requireSession(sessionId, actor), actor));
}

/** Checks a change before it is made, so that a refused request changes nothing. @throws Invalid */
function requirePossibleChange(wish: Omit<z.infer<typeof sessionChange>, "sessionId">): void {
	if (wish.isActive === true) {
		throw new Invalid({ isActive: ["A conversation that has ended stays ended; open a new one."] });
	}
	if (wish.status === "agent") {
		throw new Invalid({
			status: ["Only assistant, queued and ended can be set here; agents take over in the dashboard."],
		});
	}
}

/**
 * Checks that a customer may make the change: end or rate a session, or request an agent. Other changes need an API
 * key.
 * @throws Forbidden
 */
function requireCustomerMayChange(wish: Omit<z.infer<typeof sessionChange>, "sessionId">): void {
	const mayStatus = wish.status === undefined || wish.status === "queued";
	const mayActive = wish.isActive === undefined || wish.isActive === false;
	if (wish.tags !== undefined || wish.priority !== undefined || !mayStatus || !mayActive) {
		throw new Forbidden("With a customer's token you can end, rate, or ask for a person.");
	}
}

const toResponseBody = (view: SessionView, actor: Actor) =>
	actor.type === "customer" ? sessionForCustomer(view) : sessionForAgent(view);
