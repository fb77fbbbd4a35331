import { createHash } from "node:crypto";
import { z } from "zod/v4";
import {
	ensureCustomerIdentity,
	readPostIdentity,
	requireFormIdentity,
	signInCustomer,
} from "#app/auth/customer.server.ts";
import { readIdentity } from "#app/auth/identity.server.ts";
import { repeatAfterSignIn } from "#app/auth/repeat-question.server.ts";
import type { CustomerIdentity, SignedIdentity } from "#app/auth/token.server.ts";
import { preferredLanguages } from "#app/http/accept-language.server.ts";
import { check, type FormPost } from "#app/http/body.server.ts";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { countAgainst, countPost, countSender } from "#app/http/rate-limit.server.ts";
import { jsonReply, type Reply } from "#app/http/respond.server.ts";
import { recordFeedback } from "#app/models/ai-turn/feedback.server.ts";
import { confirmAction, declineAction } from "#app/models/assistant-action/confirm-action.server.ts";
import { endSession, rateSession } from "#app/models/chat-session/change.server.ts";
import { findOrCreateSession } from "#app/models/chat-session/create.server.ts";
import { findCurrentSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import { requestAgent, saveContactEmail } from "#app/models/chat-session/queue.server.ts";
import { throwIfSenderIsBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { ensureCustomer } from "#app/models/customer/customer.server.ts";
import { emailAddress } from "#app/models/email/address.server.ts";
import { checkCode, requestCode, sixDigitCode } from "#app/models/email/code.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { noteReceipt } from "#app/models/message/receipt-pace.server.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import type { Message } from "#app/realtime/events.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";
import { readChatPage } from "./page-data.server.ts";

const sessionId = z
	.string()
	.optional()
	.transform((text) => text || null);
const seqField = z.coerce.number().int().min(0).max(2_147_483_647);
const emptyAsUndefined = (value: unknown) => (value === "" ? undefined : value);

const customerForms = z.discriminatedUnion("intent", [
	z.object({
		intent: z.literal("send"),
		message: messageText,
		clientMessageId: z.preprocess(emptyAsUndefined, clientMessageId.optional()),
		sessionId,
	}),
	z.object({ intent: z.literal("request-agent"), sessionId }),
	z.object({ intent: z.literal("leave-email"), email: emailAddress, sessionId }),
	z.object({ intent: z.literal("end"), sessionId }),
	z.object({
		intent: z.literal("rate"),
		rating: z.coerce
			.number({ error: "Choose 1 to 5 stars." })
			.int({ error: "Choose 1 to 5 stars." })
			.min(1, { error: "Choose 1 to 5 stars." })
			.max(5, { error: "Choose 1 to 5 stars." }),
		sessionId,
	}),
	z.object({
		intent: z.literal("feedback"),
		messageId: z.uuid({ error: "Name the answer." }),
		helpful: z.enum(["yes", "no"], { error: "Choose yes or no." }),
		sessionId,
	}),
	z.object({ intent: z.enum(["confirm-action", "decline-action"]), actionId: z.string(), sessionId }),
	z.object({ intent: z.literal("send-code"), email: emailAddress, sessionId }),
	z.object({ intent: z.literal("enter-code"), code: sixDigitCode, sessionId }),
	z.object({ intent: z.literal("typing"), sessionId }),
	z.object({ intent: z.literal("read"), seq: seqField, sessionId }),
	z.object({ intent: z.literal("delivered"), seq: seqField, sessionId }),
	// The form "start" only carries the text that was not sent to the page of the next conversation, for browsers without
	// scripts.
	z.object({ intent: z.literal("start"), sessionId }),
	z.object({ intent: z.literal("sign-in"), identity: z.string().min(1), sessionId }),
]);

/** The result of a posted form; `setCookie` is the identity cookie of a new or newly signed-in customer. */
export type SubmittedForm = { sessionId: string | null; message?: Message; setCookie?: string };

/**
 * POST /chat/actions: the forms of /chat, posted by the page's scripts. Fields and function are those of a form without
 * scripts, but the answer is JSON instead of a redirect, and no loader runs again.
 * @throws DomainError, see `submitChatForm`
 */
export async function answerChatForm(post: FormPost): Promise<Reply> {
	const { identity, setCookie } = await identifySender(post);
	const submitted = await submitChatForm(post, identity);
	const cookie = submitted.setCookie ?? setCookie;
	// When the posted form has opened a session, the response contains the page's data, because the browser does not know
	// the session and the stream only sends later changes.
	const isOther = submitted.sessionId !== null && submitted.sessionId !== post.fields.sessionId;
	const page = isOther ? await readChatPage(identity) : null;
	return jsonReply(
		{ sessionId: submitted.sessionId, message: submitted.message ?? null, page },
		cookie ? { headers: { "Set-Cookie": cookie } } : {},
	);
}

/**
 * Identifies the customer who posted a form. Signing in works with any cookie, even a revoked one, because it sets a
 * new cookie.
 * @returns also the Set-Cookie value for a browser without a cookie.
 * @throws Unauthorised for a revoked cookie; Forbidden for a form from another customer's page.
 */
export function identifySender(
	post: FormPost,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	const { intent, owner } = post.fields;
	if (intent === "sign-in") return ensureCustomerIdentity(post);
	return intent === "send" ? readPostIdentity(post, owner) : requireFormIdentity(post, owner);
}

/**
 * Executes a customer's form. Pages with scripts and pages without scripts both use this function.
 * @throws Invalid with field errors, NotFound, Conflict, TooMany, Unauthorised
 */
export async function submitChatForm(post: FormPost, identity: CustomerIdentity): Promise<SubmittedForm> {
	const input = check(post.fields, customerForms);
	const actor = { type: "customer", identity } as const;

	if (input.intent === "send") {
		await countPost(post, input.message);
		const { message } = await postMessage(
			input.sessionId,
			actor,
			{ ...input, network: senderNetworkKey(post) },
			{
				locale: () => preferredLocale(post),
				countOpening: async () => void (await countSender(post, "sessions")),
			},
		);
		return { sessionId: message.sessionId, message };
	}
	if (input.intent === "start") return { sessionId: null };
	if (input.intent === "sign-in") {
		await countSender(post, "signIns");
		const customerId = await readIdentity(input.identity);
		await ensureCustomer(customerId);
		const setCookie = await signInCustomer(post, customerId);
		await repeatAfterSignIn(post, identity, customerId);
		return { sessionId: null, setCookie };
	}

	if (input.intent === "request-agent") await throwIfSenderIsBlocked(identity);

	const id = input.sessionId ?? (await findCurrentSession(identity))?.row.sessionId ?? null;
	if (!id && input.intent === "request-agent") {
		// "Talk to a person" works at any time, even before the first message.
		await countSender(post, "sessions");
		const opened = await findOrCreateSession(identity, { locale: preferredLocale(post) });
		await requestAgent(opened, actor);
		return { sessionId: opened };
	}
	if (!id) throw new NotFound("There is no conversation yet. Write a message to begin one.");
	switch (input.intent) {
		case "request-agent":
			await countAgainst("changes", identity.visitorId);
			await requestAgent(id, actor);
			break;
		case "leave-email":
			await countAgainst("changes", identity.visitorId);
			await saveContactEmail(id, actor, input.email);
			break;
		case "end":
			await countAgainst("changes", identity.visitorId);
			await endSession(id, actor);
			break;
		case "rate":
			await countAgainst("changes", identity.visitorId);
			await rateSession(id, actor, input.rating);
			break;
		case "feedback":
			await countAgainst("changes", identity.visitorId);
			await recordFeedback(id, actor, { messageId: input.messageId, isHelpful: input.helpful === "yes" });
			break;
		case "confirm-action":
			await countAgainst("changes", identity.visitorId);
			await confirmAction(identity, { sessionId: id, actionId: input.actionId, fields: post.fields });
			break;
		case "decline-action":
			await countAgainst("changes", identity.visitorId);
			await declineAction(identity, { sessionId: id, actionId: input.actionId });
			break;
		case "send-code":
			await countCode(post, identity, input.email);
			await requestCode(identity, { sessionId: id, email: input.email });
			break;
		case "enter-code":
			await countAgainst("changes", identity.visitorId);
			await checkCode(identity, {
				sessionId: id,
				code: input.code,
				network: senderNetworkKey(post),
			});
			break;
		case "typing":
			await countAgainst("notices", identity.visitorId);
			await announceTyping(id, identity);
			break;
		case "read":
		case "delivered":
			await countAgainst("notices", identity.visitorId);
			await noteReceipt(id, actor, { kind: input.intent, upToSeq: input.seq });
			break;
	}
	return { sessionId: id };
}

/**
 * Counts a requested sign-in code by visitor, by network and by mailbox, for known and unknown addresses alike. The
 * mailbox is counted last, so that a sender who is already limited cannot use up the mailbox's limit.
 */
async function countCode(request: WithHeaders, identity: CustomerIdentity, email: string) {
	await countAgainst("codesOfVisitor", identity.visitorId);
	await countSender(request, "codesFromAddress");
	await countAgainst("codesToMailbox", createHash("sha256").update(email).digest("base64url"));
}

async function announceTyping(id: string, identity: CustomerIdentity) {
	const sessionId = await requireSessionId(id, { type: "customer", identity });
	publishEphemeral({ sessionId, stream: "internal", type: "user-typing", data: { on: true } });
}

/** The language that the browser prefers; English when the request names no language. */
const preferredLocale = (request: WithHeaders): string => preferredLanguages(request)[0] ?? "en";
