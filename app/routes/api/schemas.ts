import { z } from "zod/v4";
import { localeTag } from "#app/models/chat-session/locale.ts";
import { messageMetadata } from "#app/models/message/metadata.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import { HISTORY_LIMIT, messageSchema, sessionSchema } from "#app/realtime/events.ts";

const status = z.enum(["assistant", "queued", "agent", "ended"]);
const seq = z.coerce.number().int().min(0).max(2_147_483_647);

const tag = z
	.string()
	.trim()
	.min(1)
	.max(50)
	.transform((text) => text.toWellFormed())
	.refine((text) => !text.includes("\0"), { error: "NUL cannot be stored." });

export const newSession = z.object({
	locale: localeTag.optional(),
	/** A JWT that the store's server has signed with HS256; `sub` is the customer's id. */
	customer: z.string().optional(),
});

export const openedSession = z.object({ sessionId: z.string(), token: z.string() });

export const sessionFilters = z.object({
	status: status.optional(),
	isActive: z
		.enum(["true", "false"])
		.transform((text) => text === "true")
		.optional(),
	/** The value `next` from the previous page of sessions: it names the last session on that page. */
	before: z.uuid({ error: "Use the next of the page before." }).optional(),
	limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const sessionPage = z.object({ sessions: z.array(sessionSchema), next: z.string().nullable() });

export const sessionChange = z.object({
	sessionId: z.string(),
	isActive: z.boolean().optional(),
	customerSatisfactionRating: z.number().int().min(1).max(5).optional(),
	tags: z.array(tag).max(20).optional(),
	priority: z.enum(["low", "normal", "high", "urgent"]).optional(),
	status: status.optional(),
});

export const newMessage = z.object({
	sessionId: z.string(),
	message: messageText,
	messageType: z.enum(["text"]).default("text"),
	clientMessageId: clientMessageId.optional(),
	metadata: messageMetadata.optional(),
});

export const messageRange = z.object({
	sessionId: z.string(),
	before: seq.optional(),
	after: seq.optional(),
	limit: z.coerce.number().int().min(1).max(100).default(HISTORY_LIMIT),
});

/** A product or an order that an answer of the assistant names, in the order of its text. */
const answerCard = z.union([
	z.object({
		kind: z.literal("product"),
		id: z.string(),
		name: z.string(),
		url: z.string(),
		priceCents: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
		currency: z.string(),
		availability: z.enum(["in-stock", "partly-in-stock", "sold-out"]),
		illustration: z.string().optional(),
		fact: z.string().optional(),
	}),
	z.object({
		kind: z.literal("order"),
		number: z.string(),
		status: z.string(),
		totalCents: z.number().int(),
		currency: z.string(),
		placedOn: z.string().nullable(),
	}),
]);

/** A message as the API returns it: its metadata may contain the cards of an answer, besides other values. */
export const apiMessage = messageSchema.extend({
	metadata: z.looseObject({ cards: z.array(answerCard).max(10).optional() }),
});

export const messagePage = z.object({ messages: z.array(apiMessage), next: z.number().int().nullable() });

export const receipt = z.union([
	z.object({ sessionId: z.string(), readUpTo: z.number().int().min(0).max(2_147_483_647) }),
	z.object({ id: z.uuid(), isRead: z.literal(true) }),
]);

export const question = z.union([
	z.object({ message: messageText, locale: localeTag.optional() }),
	z.object({ sessionId: z.string() }),
]);

export const answerBody = z.object({
	answer: z.string(),
	answered: z.boolean(),
	intent: z.string(),
	confidence: z.number(),
	language: z.string(),
	sources: z.array(
		z.object({ id: z.string(), title: z.string(), url: z.string(), quote: z.string(), score: z.number() }),
	),
	escalate: z.object({ needed: z.boolean(), reason: z.string().nullable() }),
});

export const problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.number().int(),
	detail: z.string(),
	errors: z.record(z.string(), z.array(z.string())).optional(),
	instance: z.string().optional(),
});
