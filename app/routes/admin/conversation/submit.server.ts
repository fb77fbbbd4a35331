import { z } from "zod/v4";
import { runCopilotTask } from "#app/ai/copilot/assist.server.ts";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import type { Agent } from "#app/auth/agent.server.ts";
import { check, type FormPost, readFields } from "#app/http/body.server.ts";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import { untilReaderGone } from "#app/http/exchange.server.ts";
import { countAgainst } from "#app/http/rate-limit.server.ts";
import { enqueueJob } from "#app/job-queue.server.ts";
import { recordAgentActivity } from "#app/models/agent/agent.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { localeTag, tagOrEnglish } from "#app/models/chat-session/locale.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { blockSender, unblockSender } from "#app/models/customer/blocked-sender.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { noteReceipt } from "#app/models/message/receipt-pace.server.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import { forgetFailedTranslation, keepOriginal } from "#app/models/message/translations.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";
import type { Translation } from "#db/shapes.ts";

const seqField = z.coerce.number().int().min(0).max(2_147_483_647);

/** A copilot draft of at most 4,000 characters, because a longer text is not a chat message and would cost more. */
const draftField = messageText.refine((text) => text.length <= 4_000, {
	error: "At most 4,000 characters here.",
});

const agentForms = z.discriminatedUnion("intent", [
	z.object({ intent: z.literal("take") }),
	z.object({
		intent: z.literal("reply"),
		message: messageText,
		/** The agent's original text, when `message` is the translation of it. */
		original: messageText.optional(),
		language: localeTag.optional(),
		clientMessageId: z.preprocess((value) => (value === "" ? undefined : value), clientMessageId.optional()),
	}),
	/** The field `confirm` is required when another agent has the session. */
	z.object({ intent: z.literal("end"), confirm: z.literal("yes").optional() }),
	z.object({ intent: z.literal("block") }),
	z.object({ intent: z.literal("spam") }),
	z.object({ intent: z.literal("unblock") }),
	z.object({ intent: z.literal("suggest") }),
	z.object({ intent: z.literal("summarise") }),
	z.object({
		intent: z.literal("rewrite"),
		message: draftField,
		style: z.enum(["shorter", "friendlier"]).default("shorter"),
	}),
	z.object({ intent: z.literal("translate"), message: draftField }),
	/** Puts a copilot text into the composer, for pages without scripts. */
	z.object({ intent: z.literal("draft"), message: messageText }),
	z.object({ intent: z.literal("retranslate"), messageId: z.string() }),
	z.object({ intent: z.literal("typing") }),
	z.object({ intent: z.literal("read"), seq: seqField }),
	z.object({ intent: z.literal("delivered"), seq: seqField }),
]);

/** Reads a form that an agent's page posted. @throws DomainError 413, 415 */
export async function readAgentForm(request: Request): Promise<FormPost> {
	const fields = await readFields(request);
	// A button has only one name and value, so "rewrite-shorter" contains both the intent ("rewrite") and its style
	// ("shorter").
	const [, style] = /^rewrite-(shorter|friendlier)$/.exec(fields.intent ?? "") ?? [];
	return { headers: request.headers, fields: style ? { ...fields, intent: "rewrite", style } : fields };
}

/**
 * Executes an agent's form for one session, from a page with or without scripts. A reply to a session that has no agent
 * first assigns the session to this agent.
 * @throws Invalid, NotFound, Conflict, Forbidden
 */
export async function submitAgentForm(
	post: FormPost,
	agent: Agent,
	sessionId: string,
): Promise<{ sessionId: string; message: Message | null; result: CopilotResult | null }> {
	const input = check(post.fields, agentForms);
	const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
	const { row } = await requireSession(sessionId, actor);
	await recordAgentActivity(agent.id);
	let message: Message | null = null;
	let result: CopilotResult | null = null;
	switch (input.intent) {
		case "take":
			await takeOver(sessionId, actor);
			enqueueJob("translate-session", sessionId);
			break;
		case "reply":
			if (row.isActive && row.status !== "agent") await takeOver(sessionId, actor);
			message = await sendReply(sessionId, actor, input);
			break;
		case "end":
			await endSession(sessionId, actor, { isConfirmed: input.confirm === "yes" });
			break;
		case "block":
		case "spam":
			await blockSender(sessionId, actor, input.intent === "spam" ? "spam" : "blocked");
			break;
		case "unblock":
			await unblockSender(row.userId ?? row.visitorId);
			break;
		case "suggest":
		case "summarise":
		case "rewrite":
		case "translate":
			await countAgainst("copilot", agent.id);
			result = await runCopilotTask(
				{ sessionId, lastSeq: row.lastSeq, network: senderNetworkKey(post), signal: untilReaderGone(post) },
				input,
			);
			break;
		case "retranslate":
			await countAgainst("copilot", agent.id);
			await forgetFailedTranslation(sessionId, input.messageId);
			enqueueJob("translate-session", sessionId);
			break;
		case "draft":
			break;
		case "typing":
			if (row.assignedAgentId === agent.id) {
				publishEphemeral({
					sessionId,
					stream: "public",
					type: "agent-typing",
					data: { on: true, name: agent.name },
				});
			}
			break;
		case "read":
			// A read receipt counts only from the agent who has the session, not from another agent who looks at it.
			if (row.assignedAgentId === agent.id) {
				await noteReceipt(sessionId, actor, { kind: "read", upToSeq: input.seq });
			}
			break;
		case "delivered":
			await noteReceipt(sessionId, actor, { kind: "delivered", upToSeq: input.seq });
			break;
	}
	return { sessionId, message, result };
}

type ReplyForm = Extract<z.infer<typeof agentForms>, { intent: "reply" }>;

/** Sends an agent's reply to the customer. When the reply is a translation, the agent's original text is stored too. */
async function sendReply(sessionId: string, actor: Actor, input: ReplyForm): Promise<Message> {
	const { original, language, ...post } = input;
	if (!original || !language) return (await postMessage(sessionId, actor, post)).message;
	const to = tagOrEnglish(await getSetting("agent_language"));
	const translation: Translation = { from: language, to, text: original, state: "done", isOriginal: true };
	const { message } = await postMessage(sessionId, actor, { ...post, metadata: { language, translation } });
	await keepOriginal(message, { locale: to, text: original });
	return message;
}
