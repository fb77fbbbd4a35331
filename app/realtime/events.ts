import { z } from "zod/v4";

// By default zod tests whether `new Function` works. A page's Content-Security-Policy blocks and reports that test,
// so it is switched off.
if (typeof document !== "undefined") z.config({ jitless: true });

/**
 * The types and schemas of every event that leaves the server, used by browser and server.
 *
 * Durable events have a position (`stream`, `seq`) in a session's event log and are replayed. Ephemeral events go to
 * the readers that are connected now and may be dropped.
 */

const STREAM_NAMES = ["public", "internal"] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** Interval of heartbeats on an idle stream; proxies close idle connections after 30 to 60 s. */
export const HEARTBEAT_MS = 15_000;

/** Number of messages on the first page of a session. */
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
	/**
	 * When the recipient's browser reported that it received the message, and that the message was on screen; absent
	 * until then.
	 */
	deliveredAt: z.string().optional(),
	readAt: z.string().optional(),
	sentAt: z.string(),
});
export type Message = z.infer<typeof messageSchema>;

/** The state of a customer who waits in the queue for an agent, and when the customer can expect an answer. */
const queueSchema = z.object({
	/** Queue position of the session; 1 is next. */
	position: z.number().int(),
	/**
	 * closed: outside business hours; nobody-there: no agent is signed in and at work; overdue: the announced waiting
	 * time has passed.
	 */
	state: z.enum(["waiting", "closed", "nobody-there", "overdue"]),
	/**
	 * Expected waiting time for an agent in seconds, from the waiting times of recent and of still waiting customers;
	 * null when it is not known.
	 */
	recentWaitSeconds: z.number().int().nullable(),
	/** The time by which an agent should have answered. */
	deadline: z.string().nullable(),
	/** Outside business hours: when the store opens again and agents answer. */
	opensAt: z.string().nullable(),
	/** The store's time zone, in which business hours are shown. */
	timeZone: z.string(),
	/** Whether the store can send answers by email, so that the page asks the customer for an email address. */
	canEmail: z.boolean(),
	/**
	 * The state of the wait as text for the customer, in the customer's language. The text changes while the customer
	 * waits.
	 */
	text: z.string(),
	/** Language of `text`, two letters. */
	language: z.string(),
});
export type QueueState = z.infer<typeof queueSchema>;

export const sessionSchema = z.object({
	sessionId: z.string(),
	userId: z.string().nullable(),
	isActive: z.boolean(),
	status: z.enum(["assistant", "queued", "agent", "ended"]),
	priority: z.enum(["low", "normal", "high", "urgent"]),
	startedAt: z.string(),
	endedAt: z.string().nullable(),
	customerSatisfactionRating: z.number().int().nullable(),
	/** The agents' tags of the session; empty on the public stream, because tags and intent are only for agents. */
	tags: z.array(z.string()),
	intent: z.string().nullable(),
	locale: z.string(),
	/**
	 * The language the customer writes in, as a BCP 47 tag; equal to `locale` until the customer has written in another
	 * language.
	 */
	language: z.string(),
	agentName: z.string().nullable(),
	/** Id of the assigned agent; always null on the public stream. */
	agentId: z.string().nullable(),
	/** Queue position of the session, 1 is next; null when the session does not wait for an agent. */
	queuePosition: z.number().int().nullable(),
	queueReason: z.string().nullable(),
	queuedAt: z.string().nullable(),
	/** State of the wait for an agent; null while the session does not wait. */
	queue: queueSchema.nullable(),
	/** The customer's email address, to which an answer is sent when the customer has left the page. */
	contactEmail: z.string().nullable(),
	/** The assistant's summary for the agent; null on the public stream. */
	handover: z
		.object({ summary: z.string(), intent: z.string().nullable(), tried: z.array(z.string()) })
		.nullable(),
	lastSeq: z.number().int(),
});
export type Session = z.infer<typeof sessionSchema>;

/** One row of the inbox: the customer, the reason and the start of the wait, and the language. */
const inboxEntrySchema = z.object({
	sessionId: z.string(),
	status: sessionSchema.shape.status,
	priority: sessionSchema.shape.priority,
	customerName: z.string().nullable(),
	intent: z.string().nullable(),
	/** The language the customer writes in, as a BCP 47 tag. */
	language: z.string(),
	queueReason: z.string().nullable(),
	queuedAt: z.string().nullable(),
	startedAt: z.string(),
	endedAt: z.string().nullable(),
	/** Time of the last message. */
	lastMessageAt: z.string().nullable(),
	/** The beginning of the customer's newest message; of the newest message of all if the customer has not written. */
	lastMessage: z.string().nullable(),
	/** Who wrote `lastMessage`. */
	lastSender: messageSchema.shape.senderType.nullable(),
	lastSenderName: z.string().nullable(),
	agentId: z.string().nullable(),
	agentName: z.string().nullable(),
	/** Number of unread customer messages. */
	unread: z.number().int(),
	/** A number that grows with every event of the session, so that an older inbox row never replaces a newer one. */
	version: z.number().int(),
});
export type InboxEntry = z.infer<typeof inboxEntrySchema>;

const inboxSchema = z.object({
	entries: z.array(inboxEntrySchema),
	/** Number of all waiting customers; the inbox list may contain fewer. */
	waiting: z.number().int(),
});
export type Inbox = z.infer<typeof inboxSchema>;

const eventPositionFields = { stream: z.enum(STREAM_NAMES), seq: z.number().int() };
const messageEvent = z.object({ ...eventPositionFields, message: messageSchema });
const sessionEvent = z.object({ ...eventPositionFields, session: sessionSchema });
const indicatorSchema = z.object({ on: z.boolean(), name: z.string().optional() });

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
	z.object({ type: z.literal("user-typing"), data: indicatorSchema }),
	z.object({ type: z.literal("agent-typing"), data: indicatorSchema }),
	z.object({ type: z.literal("ai-thinking"), data: indicatorSchema }),
	z.object({
		type: z.literal("ai-delta"),
		data: z.object({ messageId: z.string(), offset: z.number().int(), text: z.string() }),
	}),
	z.object({ type: z.literal("agent-presence"), data: indicatorSchema }),
	/** Sent to agents: whether the customer has the conversation open. */
	z.object({ type: z.literal("customer-presence"), data: indicatorSchema }),
	/** Inbox only: rows that replace the known rows of the same sessions; the whole list when `isWhole`. */
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
	/**
	 * An event between server processes only, never sent to a client: the readers of the session must be revalidated
	 * now.
	 */
	| "reauthorise";

/** Name of a session's stream in the event log and on the bus. */
export type StreamKey = `${StreamName}:${string}`;
export const streamKey = (stream: StreamName, sessionId: string): StreamKey => `${stream}:${sessionId}`;

/** The two parts of a stream's name. */
export function splitStreamKey(key: StreamKey): { stream: StreamName; sessionId: string } {
	const colon = key.indexOf(":");
	return { stream: key.slice(0, colon) as StreamName, sessionId: key.slice(colon + 1) };
}
