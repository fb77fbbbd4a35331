import { createHash } from "node:crypto";
import { z } from "zod/v4";
import {
	ensureCustomerIdentity,
	requireCustomerIdentity,
	signInCustomer,
} from "#app/auth/customer.server.ts";
import { readIdentity } from "#app/auth/identity.server.ts";
import { requireCustomerOwner } from "#app/auth/owner.server.ts";
import { repeatAfterSignIn } from "#app/auth/repeat-question.server.ts";
import type { CustomerIdentity, SignedIdentity } from "#app/auth/token.server.ts";
import { preferredLanguages } from "#app/http/accept-language.server.ts";
import { check, readForm } from "#app/http/body.server.ts";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import { countPost } from "#app/http/post-limit.server.ts";
import { countAgainst, countSender } from "#app/http/rate-limit.server.ts";
import { confirmAction, declineAction } from "#app/models/assistant-action/confirm-action.server.ts";
import { endSession, rateSession } from "#app/models/chat-session/change.server.ts";
import { openSessionOnce } from "#app/models/chat-session/create.server.ts";
import { findCurrentSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import { requestAgent, saveContactEmail } from "#app/models/chat-session/queue.server.ts";
import { refuseBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { ensureCustomer } from "#app/models/customer/customer.server.ts";
import { emailAddress } from "#app/models/email/address.server.ts";
import { checkCode, requestCode, sixDigits } from "#app/models/email/code.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { type Posted, postToCurrentSession, postToOpenSession } from "#app/models/message/post.server.ts";
import { noteReceipt } from "#app/models/message/receipt-pace.server.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import type { Message } from "#app/realtime/events.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";

const sessionId = z
	.string()
	.optional()
	.transform((text) => text || null);
const seq = z.coerce.number().int().min(0).max(2_147_483_647);
const blankAsAbsent = (value: unknown) => (value === "" ? undefined : value);

const forms = z.discriminatedUnion("intent", [
	z.object({
		intent: z.literal("send"),
		message: messageText,
		clientMessageId: z.preprocess(blankAsAbsent, clientMessageId.optional()),
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
	z.object({ intent: z.enum(["confirm-action", "decline-action"]), actionId: z.string(), sessionId }),
	z.object({ intent: z.literal("send-code"), email: emailAddress, sessionId }),
	z.object({ intent: z.literal("enter-code"), code: sixDigits, sessionId }),
	z.object({ intent: z.literal("typing"), sessionId }),
	z.object({ intent: z.literal("read"), seq, sessionId }),
	z.object({ intent: z.literal("delivered"), seq, sessionId }),
	// Only carries the text that was not sent to the page of the next conversation, for browsers without scripts.
	z.object({ intent: z.literal("start"), sessionId }),
	z.object({ intent: z.literal("sign-in"), identity: z.string().min(1), sessionId }),
]);

/** The form as it was sent, so that a refusal can give back what was typed. */
export type ChatForm = Record<string, string>;
export type Submitted = { sessionId: string | null; message?: Message; setCookie?: string };

/** Reads the form's fields as they are. @throws DomainError 413, 415 */
export const readChatForm = (request: Request): Promise<ChatForm> =>
	readForm(request, z.record(z.string(), z.string()));

/**
 * Who sends a form. Signing in works with any cookie, also one that counts no more: it ends in a new one.
 * @returns also the Set-Cookie value for a newcomer. @throws Unauthorised for a cookie that counts no more;
 * Forbidden for a form of a page that was somebody else's.
 */
export async function readSender(
	request: Request,
	form: ChatForm,
): Promise<{ identity: SignedIdentity; setCookie: string | null }> {
	if (form.intent === "sign-in") return ensureCustomerIdentity(request);
	const sender = await requireCustomerIdentity(request);
	requireCustomerOwner(form.owner, sender.identity);
	return sender;
}

/**
 * Does what a customer's form asks: the one place behind the plain form and the enhanced page.
 * @throws Invalid with field errors, NotFound, Conflict, TooMany, Unauthorised
 */
export async function submitChatForm(
	request: Request,
	identity: CustomerIdentity,
	form: ChatForm,
): Promise<Submitted> {
	const input = check(form, forms);
	const actor = { type: "customer", identity } as const;
	const locale = preferredLocale(request);

	if (input.intent === "send") {
		await countPost(input.message);
		const post = { ...input, network: senderNetworkKey() };
		const posted = input.sessionId ? await postToOpenSession(identity, input.sessionId, post) : null;
		const { message } = posted ?? (await postAnew(identity, { ...post, locale }));
		return { sessionId: message.sessionId, message };
	}
	if (input.intent === "start") return { sessionId: null };
	if (input.intent === "sign-in") {
		await countSender("signIns");
		const customerId = await readIdentity(input.identity);
		await ensureCustomer(customerId);
		const setCookie = await signInCustomer(request, customerId);
		await repeatAfterSignIn(identity, customerId);
		return { sessionId: null, setCookie };
	}

	if (input.intent === "request-agent") await refuseBlocked(identity);

	const id = input.sessionId ?? (await findCurrentSession(identity))?.row.sessionId ?? null;
	if (!id && input.intent === "request-agent") {
		// "Talk to a person" is one click at any time, also before the first word.
		await countSender("sessions");
		const opened = await openSessionOnce(identity, { locale });
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
		case "confirm-action":
			await countAgainst("changes", identity.visitorId);
			await confirmAction(identity, { sessionId: id, actionId: input.actionId, fields: form });
			break;
		case "decline-action":
			await countAgainst("changes", identity.visitorId);
			await declineAction(identity, { sessionId: id, actionId: input.actionId });
			break;
		case "send-code":
			await countCode(identity, input.email);
			await requestCode(identity, { sessionId: id, email: input.email });
			break;
		case "enter-code":
			await countAgainst("changes", identity.visitorId);
			await checkCode(identity, { sessionId: id, code: input.code });
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
 * Codes are counted by who asks, from where, and for which mailbox: known and unknown addresses alike. The
 * mailbox comes last, so that whoever is held back already cannot use up somebody else's.
 */
async function countCode(identity: CustomerIdentity, email: string) {
	await countAgainst("codesOfVisitor", identity.visitorId);
	await countSender("codesFromAddress");
	await countAgainst("codesToMailbox", createHash("sha256").update(email).digest("base64url"));
}

/** Where the page's conversation does not take the words: into another open one, or a new one, which is counted. */
async function postAnew(
	identity: CustomerIdentity,
	input: Parameters<typeof postToCurrentSession>[1],
): Promise<Posted> {
	const current = await findCurrentSession(identity);
	if (!current?.row.isActive) await countSender("sessions");
	return postToCurrentSession(identity, input);
}

async function announceTyping(id: string, identity: CustomerIdentity) {
	const sessionId = await requireSessionId(id, { type: "customer", identity });
	publishEphemeral({ sessionId, stream: "internal", type: "user-typing", data: { on: true } });
}

/** The language the browser prefers, English where it names none. */
export const preferredLocale = (request: Request): string => preferredLanguages(request)[0] ?? "en";
