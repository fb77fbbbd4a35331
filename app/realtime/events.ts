import { z } from "zod/v4";

// zod probes `new Function` for its compiled checks, which a page's Content-Security-Policy blocks and reports.
if (typeof document !== "undefined") z.config({ jitless: true });

/**
 * The vocabulary: every event that leaves the server, for browser and server alike.
 *
 * Durable events have a place (`stream`, `seq`) in a session's log and are replayed; ephemeral ones are told
 * to whoever listens now and may be dropped.
 */

export const STREAMS = ["public", "internal"] as const;
export type StreamName = (typeof STREAMS)[number];

/** How often a silent stream shows it is alive; proxies cut at 30 to 60 s. */
export const HEARTBEAT_MS = 15_000;

/** How many messages the first page of a conversation holds. */
export const HISTORY_LIMIT = 50;

export const messageSchema = z.object({
	id: z.string(),
	sessionId: z.string(),
	seq: z.number().int(),
	clientMessageId: z.string().nullable(),
	senderType: z.enum(["user", "agent", "bot", "system"]),
	senderName: z.string().nullable(),
	message: z.string(),
	messageType: z.string(),
	metadata: z.record(z.string(), z.unknown()),
	isRead: z.boolean(),
	/** When the other side's browser said it has it, and that it was on screen; absent until then. */
	deliveredAt: z.string().optional(),
	readAt: z.string().optional(),
	sentAt: z.string(),
});
export type Message = z.infer<typeof messageSchema>;

/** Where somebody who waits for a person stands, and what they may expect. */
const queueSchema = z.object({
	/** 1 is next. */
	position: z.number().int(),
	/** closed: outside business hours; nobody-there: no agent is signed in and at work; overdue: past the deadline. */
	state: z.enum(["waiting", "closed", "nobody-there", "overdue"]),
	/** Expected wait in seconds, from recent waits and from those still waiting; null when it is not known. */
	recentWaitSeconds: z.number().int().nullable(),
	/** By when somebody should have come. */
	deadline: z.string().nullable(),
	/** When people are back, outside business hours. */
	opensAt: z.string().nullable(),
	/** The store's time zone, in which its hours are told. */
	timeZone: z.string(),
	/** Whether answers can be sent by email, so that it makes sense to ask for an address. */
	canEmail: z.boolean(),
	/** The same for the customer to read, in their language. It changes while they wait. */
	text: z.string(),
	/** Language of `text`, two letters. */
	language: z.string(),
});
export type Queue = z.infer<typeof queueSchema>;

export const sessionSchema = z.object({
	sessionId: z.string(),
	userId: z.string().nullable(),
	isActive: z.boolean(),
	status: z.enum(["assistant", "queued", "agent", "ended"]),
	priority: z.enum(["low", "normal", "high", "urgent"]),
	startedAt: z.string(),
	endedAt: z.string().nullable(),
	customerSatisfactionRating: z.number().int().nullable(),
	/** Empty on the public stream: tags and intent are the agents' own notes. */
	tags: z.array(z.string()),
	intent: z.string().nullable(),
	locale: z.string(),
	/** What the customer writes in, as a BCP 47 tag: `locale` until they have written something else. */
	language: z.string(),
	agentName: z.string().nullable(),
	/** Null on the public stream. */
	agentId: z.string().nullable(),
	/** Place in the queue, 1 being next; null when not waiting. */
	queuePosition: z.number().int().nullable(),
	queueReason: z.string().nullable(),
	queuedAt: z.string().nullable(),
	/** Null while not waiting. */
	queue: queueSchema.nullable(),
	/** Where the customer is to be written to when nobody came. */
	contactEmail: z.string().nullable(),
	/** What the assistant tells the agent; null on the public stream. */
	handover: z
		.object({ summary: z.string(), intent: z.string().nullable(), tried: z.array(z.string()) })
		.nullable(),
	lastSeq: z.number().int(),
});
export type Session = z.infer<typeof sessionSchema>;

/** One line of the agents' list: who waits, since when, why, in what language. */
export const inboxEntrySchema = z.object({
	sessionId: z.string(),
	status: sessionSchema.shape.status,
	priority: sessionSchema.shape.priority,
	customerName: z.string().nullable(),
	intent: z.string().nullable(),
	/** What the customer writes in, as a BCP 47 tag. */
	language: z.string(),
	queueReason: z.string().nullable(),
	queuedAt: z.string().nullable(),
	startedAt: z.string(),
	endedAt: z.string().nullable(),
	/** When anybody last wrote. */
	lastMessageAt: z.string().nullable(),
	/** The beginning of the customer's newest message; of somebody else's while the customer has not written. */
	lastMessage: z.string().nullable(),
	/** Who wrote `lastMessage`. */
	lastSender: messageSchema.shape.senderType.nullable(),
	lastSenderName: z.string().nullable(),
	agentId: z.string().nullable(),
	agentName: z.string().nullable(),
	/** Customer messages nobody has read. */
	unread: z.number().int(),
	/** Grows with every event, so that an older line never replaces a newer one. */
	version: z.number().int(),
});
export type InboxEntry = z.infer<typeof inboxEntrySchema>;

const inboxSchema = z.object({
	entries: z.array(inboxEntrySchema),
	/** How many customers wait for a person in all; the list may show fewer. */
	waiting: z.number().int(),
});
export type Inbox = z.infer<typeof inboxSchema>;

const place = { stream: z.enum(STREAMS), seq: z.number().int() };
const messageEvent = z.object({ ...place, message: messageSchema });
const sessionEvent = z.object({ ...place, session: sessionSchema });
const indicator = z.object({ on: z.boolean(), name: z.string().optional() });

export const eventSchema = z.discriminatedUnion("type", [
	z.object({ type: z.literal("new-message"), data: messageEvent }),
	z.object({ type: z.literal("message-updated"), data: messageEvent }),
	z.object({ type: z.literal("session-updated"), data: sessionEvent }),
	z.object({ type: z.literal("chat-ended"), data: sessionEvent }),
	z.object({
		type: z.literal("joined-chat"),
		data: z.object({ sessionId: z.string(), epoch: z.string(), hb: z.number(), now: z.number() }),
	}),
	z.object({ type: z.literal("chat-history"), data: z.object({ messages: z.array(messageSchema) }) }),
	z.object({ type: z.literal("user-typing"), data: indicator }),
	z.object({ type: z.literal("agent-typing"), data: indicator }),
	z.object({ type: z.literal("ai-thinking"), data: indicator }),
	z.object({
		type: z.literal("ai-delta"),
		data: z.object({ messageId: z.string(), offset: z.number().int(), text: z.string() }),
	}),
	z.object({ type: z.literal("agent-presence"), data: indicator }),
	/** For agents: whether the customer has the conversation open. */
	z.object({ type: z.literal("customer-presence"), data: indicator }),
	/** The agents' list only: rows that replace the known ones of the same sessions; all of it when `isWhole`. */
	z.object({ type: z.literal("inbox"), data: inboxSchema.extend({ isWhole: z.boolean() }) }),
	z.object({ type: z.literal("hb"), data: z.object({ now: z.number() }) }),
	z.object({ type: z.literal("bye"), data: z.object({ in: z.number() }) }),
	z.object({ type: z.literal("reset"), data: z.object({ reason: z.string() }) }),
]);
export type ChatEvent = z.infer<typeof eventSchema>;
export type EventType = ChatEvent["type"];
export type EventData<Type extends EventType> = Extract<ChatEvent, { type: Type }>["data"];

export type DurableType = "new-message" | "message-updated" | "session-updated" | "chat-ended";
export type EphemeralType =
	| "user-typing"
	| "agent-typing"
	| "ai-thinking"
	| "ai-delta"
	| "agent-presence"
	| "customer-presence"
	/** Between processes only, never sent to a reader: who reads this session must be checked again now. */
	| "reauthorise";

/** Name of a session's stream in the log and on the bus. */
export type StreamKey = `${StreamName}:${string}`;
export const streamKey = (stream: StreamName, sessionId: string): StreamKey => `${stream}:${sessionId}`;

/** The two halves of a stream's name. */
export function splitStreamKey(key: StreamKey): { stream: StreamName; sessionId: string } {
	const colon = key.indexOf(":");
	return { stream: key.slice(0, colon) as StreamName, sessionId: key.slice(colon + 1) };
}
