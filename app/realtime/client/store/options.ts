import type { Message, Session } from "../../events.ts";
import type { ConnectionStatus } from "../connection/status.ts";
import type { beginConversation } from "../conversation.ts";
import type { Conversation } from "../conversation-state.ts";
import type { OutboxEntry } from "../outbox/entries.ts";
import type { KeyRename } from "../outbox/move-guest-data.ts";

export type StoreOptions = {
	initial: Parameters<typeof beginConversation>[0];
	/** URL to which the page's forms are posted. */
	actionUrl: string;
	/** URLs for reading the session: event stream, long poll, short poll. */
	urls: { events: string; poll: string; sync: string };
	/** URL of the page of messages before a sequence; null where history is not paged. */
	olderUrl: ((sessionId: string, before: number) => string) | null;
	/** URL that returns the current session; absent where the page's own URL names the session. */
	currentUrl?: string;
	/** Whose page this is, the customer's or an agent's. The page sends no receipts for messages of its own side. */
	side: "user" | "agent";
	/** The value of the form field `intent` that sends a message. */
	sendIntent: "send" | "reply";
	/** Identifies the page's user, so that none of the user's data is sent or read under another identity. */
	owner: string;
	storageKey: string;
	/** Storage keys of the guest who has become this page's customer, and their new names. */
	renames?: KeyRename[];
	/** Called when the login of this browser has ended (401). */
	onSignedOut?: () => void;
};

export type StoreSnapshot = {
	conversation: Conversation;
	outbox: OutboxEntry[];
	connection: ConnectionStatus;
	isLoadingOlder: boolean;
	/** Sequence of the newest message that the user has seen. */
	readUpTo: number;
	/** Error text of the last sent form; null when the form was accepted. */
	problem: string | null;
};

/** A new session that a sent form has opened, with the data for rendering the page. */
export type OpenedSession = {
	session: Session | null;
	messages: Message[];
	cursor: string | null;
	lastSeq: number;
	olderBefore: number | null;
};

/** The result of a sent form: whether the server accepted it, and error texts by field. */
export type FormResult = { isAccepted: boolean; errors: Record<string, string> };
