import { randomUUID } from "node:crypto";
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod/v4";
import { requireBearer } from "#app/auth/actor.server.ts";
import { readIdentity } from "#app/auth/identity.server.ts";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { readJson, readQuery } from "#app/http/body.server.ts";
import { clientAddress, countAgainst } from "#app/http/rate-limit.server.ts";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import {
	endSession,
	labelSession,
	rateSession,
	requestAgent,
} from "#app/models/chat-session/change.server.ts";
import { openSession } from "#app/models/chat-session/create.server.ts";
import { listSessions, requireSession } from "#app/models/chat-session/find.server.ts";
import { localeTag } from "#app/models/chat-session/locale.ts";
import { forAgent, forCustomer, type SessionView } from "#app/models/chat-session/present.server.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { ensureCustomer } from "#app/models/customer.server.ts";
import { Forbidden, Invalid } from "#app/models/errors.ts";
import { methodNotAllowed } from "./methods.server.ts";

const newSession = z.object({ locale: localeTag.optional(), customer: z.string().optional() });

const filters = z.object({
	status: z.enum(["assistant", "queued", "agent", "ended"]).optional(),
	isActive: z
		.enum(["true", "false"])
		.transform((text) => text === "true")
		.optional(),
	/** The `next` of the page before: the last session that was shown. */
	before: z.uuid({ error: "Use the next of the page before." }).optional(),
	limit: z.coerce.number().int().min(1).max(100).default(50),
});

const tag = z
	.string()
	.trim()
	.min(1)
	.max(50)
	.transform((text) => text.toWellFormed())
	.refine((text) => !text.includes("\0"), { error: "NUL cannot be stored." });

const change = z.object({
	sessionId: z.string(),
	isActive: z.boolean().optional(),
	customerSatisfactionRating: z.number().int().min(1).max(5).optional(),
	tags: z.array(tag).max(20).optional(),
	priority: z.enum(["low", "normal", "high", "urgent"]).optional(),
	status: z.enum(["assistant", "queued", "agent", "ended"]).optional(),
});

/** GET /api/chat/sessions: an API key sees all, with filters; a customer's token its own. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const actor = await requireBearer(request);
		const filter = readQuery(request, filters);
		const views = await listSessions(actor, filter);
		const last = views.at(-1);
		return jsonResponse({
			sessions: views.map((view) => present(view, actor)),
			next: views.length === filter.limit && last ? last.row.sessionId : null,
		});
	});
}

/** POST and PUT /api/chat/sessions: opens a conversation (no token needed), or changes one. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		if (request.method === "POST") return create(request);
		if (request.method === "PUT") return update(request);
		return methodNotAllowed("GET, POST, PUT");
	});
}

async function create(request: Request): Promise<Response> {
	await countAgainst("sessions", clientAddress());
	const input = await readJson(request, newSession);
	const customerId = input.customer === undefined ? null : await readIdentity(input.customer);
	if (customerId) await ensureCustomer(customerId);
	const identity = { visitorId: randomUUID(), customerId };
	const sessionId = await openSession(identity, { locale: input.locale ?? "en" });
	return jsonResponse({ sessionId, token: await signCustomerToken(identity) }, { status: 201 });
}

async function update(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const { sessionId, ...wish } = await readJson(request, change);
	await requireSession(sessionId, actor);
	if (actor.type === "customer") {
		refuseBeyondCustomer(wish);
		await countAgainst("changes", actor.identity.visitorId);
	}
	refuseImpossible(wish);
	if (wish.tags !== undefined || wish.priority !== undefined) {
		await labelSession(sessionId, actor, {
			...(wish.tags === undefined ? {} : { tags: wish.tags }),
			...(wish.priority === undefined ? {} : { priority: wish.priority }),
		});
	}
	if (wish.status === "queued") await requestAgent(sessionId, actor);
	if (wish.isActive === false || wish.status === "ended") await endSession(sessionId, actor);
	if (wish.customerSatisfactionRating !== undefined) {
		await rateSession(sessionId, actor, wish.customerSatisfactionRating);
	}
	return jsonResponse(present(await requireSession(sessionId, actor), actor));
}

/** Before anything is done, so that a refused request has changed nothing. @throws Invalid */
function refuseImpossible(wish: Omit<z.infer<typeof change>, "sessionId">): void {
	if (wish.isActive === true) {
		throw new Invalid({ isActive: ["A conversation that has ended stays ended; open a new one."] });
	}
	if (wish.status === "assistant" || wish.status === "agent") {
		throw new Invalid({
			status: ["Only queued and ended can be set here; agents take over in the dashboard."],
		});
	}
}

/** A customer may end, rate and ask for a person; the rest is the store's. @throws Forbidden */
function refuseBeyondCustomer(wish: Omit<z.infer<typeof change>, "sessionId">): void {
	const mayStatus = wish.status === undefined || wish.status === "queued";
	const mayActive = wish.isActive === undefined || wish.isActive === false;
	if (wish.tags !== undefined || wish.priority !== undefined || !mayStatus || !mayActive) {
		throw new Forbidden("With a customer's token you can end, rate, or ask for a person.");
	}
}

const present = (view: SessionView, actor: Actor) =>
	actor.type === "customer" ? forCustomer(view) : forAgent(view);
