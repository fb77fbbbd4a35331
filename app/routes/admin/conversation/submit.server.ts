import { z } from "zod/v4";
import type { Agent } from "#app/auth/agent.server.ts";
import { check, readForm } from "#app/http/body.server.ts";
import { touchAgent } from "#app/models/agent.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { noteReceipt } from "#app/models/message/receipt-pace.server.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import type { Message } from "#app/realtime/events.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";

const seq = z.coerce.number().int().min(0).max(2_147_483_647);

const forms = z.discriminatedUnion("intent", [
	z.object({ intent: z.literal("take") }),
	z.object({
		intent: z.literal("reply"),
		message: messageText,
		clientMessageId: z.preprocess((value) => (value === "" ? undefined : value), clientMessageId.optional()),
	}),
	z.object({ intent: z.literal("end") }),
	z.object({ intent: z.literal("typing") }),
	z.object({ intent: z.literal("read"), seq }),
	z.object({ intent: z.literal("delivered"), seq }),
]);

export type AgentForm = Record<string, string>;

/** Reads the form's fields as they are. @throws DomainError 413, 415 */
export const readAgentForm = (request: Request): Promise<AgentForm> =>
	readForm(request, z.record(z.string(), z.string()));

/**
 * Does what an agent's form asks of one conversation: the one place behind the plain form and the enhanced page.
 * Replying to a conversation nobody has takes it over first.
 * @throws Invalid, NotFound, Conflict, Forbidden
 */
export async function submitAgentForm(
	agent: Agent,
	sessionId: string,
	form: AgentForm,
): Promise<{ sessionId: string; message: Message | null }> {
	const input = check(form, forms);
	const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
	const { row } = await requireSession(sessionId, actor);
	await touchAgent(agent.id);
	let message: Message | null = null;
	switch (input.intent) {
		case "take":
			await takeOver(sessionId, actor);
			break;
		case "reply":
			if (row.isActive && row.status !== "agent") await takeOver(sessionId, actor);
			message = (await postMessage(sessionId, actor, input)).message;
			break;
		case "end":
			await endSession(sessionId, actor);
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
			// A colleague who looks on has not read it for the customer.
			if (row.assignedAgentId === agent.id) {
				await noteReceipt(sessionId, actor, { kind: "read", upToSeq: input.seq });
			}
			break;
		case "delivered":
			await noteReceipt(sessionId, actor, { kind: "delivered", upToSeq: input.seq });
			break;
	}
	return { sessionId, message };
}
