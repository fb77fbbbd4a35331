import type { Message, Session } from "../../events.ts";
import type { beginConversation, Conversation } from "../conversation.ts";
import type { LineStatus } from "../line/status.ts";
import type { Rename } from "../outbox/adopt.ts";
import type { OutboxEntry } from "../outbox/entries.ts";

export type StoreOptions = {
	initial: Parameters<typeof beginConversation>[0];
	/** Where forms of this page are posted as data. */
	actionUrl: string;
	/** Where the conversation is read: as a stream, by waiting polls, at once. */
	ways: { events: string; poll: string; sync: string };
	/** The older page before a sequence; null where history is not paged. */
	olderUrl: ((sessionId: string, before: number) => string) | null;
	/** Where to ask which conversation is current; absent where the page's address says it. */
	currentUrl?: string;
	/** Whose side this page is on: its own messages are not marked read by itself. */
	side: "user" | "agent";
	/** The name of the form's intent that sends a message. */
	sendIntent: "send" | "reply";
	/** Names who this page belongs to, so that nothing of theirs is sent or read as somebody else. */
	owner: string;
	storageKey: string;
	/** What the browser kept for the guest who has become this page's customer. */
	renames?: Rename[];
	/** Called when the server says this browser's login has ended. */
	onSignedOut?: () => void;
};

export type Snapshot = {
	conversation: Conversation;
	outbox: OutboxEntry[];
	line: LineStatus;
	isLoadingOlder: boolean;
	/** Newest sequence that this page's person has seen. */
	readUpTo: number;
	/** What the last form was refused for; null when it went well. */
	problem: string | null;
};

/** A conversation that a form of this page opened, as the server would have rendered the page with it. */
export type Opened = {
	session: Session | null;
	messages: Message[];
	cursor: string | null;
	lastSeq: number;
	olderBefore: number | null;
};

/** What came of a form: whether it was accepted, and what is wrong with its fields by their names. */
export type Acted = { isAccepted: boolean; errors: Record<string, string> };
