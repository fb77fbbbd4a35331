import type { ChatEvent, Message, Session } from "../events.ts";
import {
	applyAcknowledged,
	applyEvent,
	beginConversation,
	type Conversation,
	prependMessages,
} from "./conversation.ts";
import { type EventLine, type LineState, openEventLine } from "./event-source.ts";
import { postForm, REQUEST_LIMIT_MS, readProblem, reloadPage } from "./forms.ts";
import { createOutbox, type Outbox, type OutboxEntry, type SendResult } from "./outbox.ts";
import { createReceipts } from "./receipts.ts";

/** Typing is told at most this often while somebody types … */
const TYPING_EVERY_MS = 3_000;
/** … and is believed this long, so that it cannot stick. */
const TYPING_EXPIRES_MS = 5_000;
/** Thinking is told again every 3 s while it lasts; a lost end of it must not stick either. */
const THINKING_EXPIRES_MS = 8_000;
/** After this long out of sight what the line says about itself is not believed. */
const HIDDEN_LIMIT_MS = 30_000;

export type StoreOptions = {
	initial: Parameters<typeof beginConversation>[0];
	/** Where forms of this page are posted as data. */
	actionUrl: string;
	/** The stream and the catch-up of a session from a cursor. */
	eventsUrl: (sessionId: string, cursor: string | null) => string;
	syncUrl: (sessionId: string, cursor: string | null) => string;
	/** The older page before a sequence; null where history is not paged. */
	olderUrl: ((sessionId: string, before: number) => string) | null;
	hasOlder: boolean;
	/** Whose side this page is on: its own messages are not marked read by itself. */
	side: "user" | "agent";
	/** The name of the form's intent that sends a message. */
	sendIntent: "send" | "reply";
	storageKey: string;
	/** Called when the server says this browser's login has ended. */
	onSignedOut?: () => void;
};

export type Snapshot = {
	conversation: Conversation;
	outbox: OutboxEntry[];
	line: LineState;
	hasOlder: boolean;
	isLoadingOlder: boolean;
	/** What the last form was refused for; null when it went well. */
	problem: string | null;
};

/** A conversation that a form of this page opened, as the server would have rendered the page with it. */
type Opened = {
	session: Session | null;
	messages: Message[];
	cursor: string | null;
	lastSeq: number;
	olderBefore: number | null;
};

/** Everything the page does with a conversation once scripts run. Outside React, so that no event is lost between renders. */
export function createConversationStore(options: StoreOptions) {
	let snapshot: Snapshot = {
		conversation: beginConversation(options.initial),
		outbox: [],
		line: "connecting",
		hasOlder: options.hasOlder,
		isLoadingOlder: false,
		problem: null,
	};
	const listeners = new Set<() => void>();
	let line: EventLine | null = null;
	let outbox: Outbox | null = null;
	let otherTabs: BroadcastChannel | null = null;
	let isSyncing = false;
	let typedAt = 0;
	let hiddenAt = 0;
	let typingTimer: ReturnType<typeof setTimeout> | undefined;
	let thinkingTimer: ReturnType<typeof setTimeout> | undefined;
	const post = (fields: Record<string, string>) => postForm(options.actionUrl, fields);
	const receipts = createReceipts({
		side: options.side,
		messages: () => snapshot.conversation.messages,
		post,
	});

	function update(change: Partial<Snapshot>) {
		snapshot = { ...snapshot, ...change };
		for (const listener of listeners) listener();
	}

	function setConversation(conversation: Conversation) {
		if (conversation === snapshot.conversation) return;
		const before = snapshot.conversation;
		update({ conversation });
		if (conversation.typing && conversation.typing !== before.typing) {
			clearTimeout(typingTimer);
			typingTimer = setTimeout(
				() => setConversation({ ...snapshot.conversation, typing: null }),
				TYPING_EXPIRES_MS,
			);
		}
		if (conversation.messages !== before.messages) receipts.schedule();
		if (conversation.session?.agentId !== before.session?.agentId) receipts.tellAgain();
		if (conversation.hasHole) void sync();
	}

	function receive(id: string | null, event: ChatEvent) {
		if (event.type === "reset") return reloadPage();
		// Everybody on a stream hears it; one's own side typing is no news to it.
		if (event.type === (options.side === "user" ? "user-typing" : "agent-typing")) return;
		setConversation(applyEvent(snapshot.conversation, { id, event }, Date.now()));
		if (event.type !== "ai-thinking") return;
		clearTimeout(thinkingTimer);
		if (!event.data.on) return;
		thinkingTimer = setTimeout(
			() => setConversation({ ...snapshot.conversation, isThinking: false }),
			THINKING_EXPIRES_MS,
		);
	}

	/** The server will not let this page read on: its login has ended, or the browser is somebody else by now. */
	function onRefused(status: number) {
		if (status === 401 && options.onSignedOut) options.onSignedOut();
		else reloadPage();
	}

	/** Fetches what is missing from the last place known; the stream may go on meanwhile. */
	async function sync() {
		const { sessionId } = snapshot.conversation;
		if (isSyncing || !sessionId) return;
		isSyncing = true;
		try {
			for (;;) {
				const response = await fetch(options.syncUrl(sessionId, snapshot.conversation.cursor), {
					cache: "no-store",
					signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
				});
				if (!response.ok) break;
				const page = (await response.json()) as {
					events: { id: string; type: string; data: unknown }[];
					more: boolean;
				};
				// Another conversation is shown by now: its places are not these.
				if (snapshot.conversation.sessionId !== sessionId) break;
				let next: Conversation = { ...snapshot.conversation, hasHole: false };
				for (const item of page.events) {
					const event = { type: item.type, data: item.data } as ChatEvent;
					next = applyEvent(next, { id: item.id, event }, Date.now());
				}
				setConversation(next);
				if (!page.more) break;
			}
		} catch {
			// The line reconnects from the same place and brings it.
		} finally {
			isSyncing = false;
		}
	}

	async function send(entry: OutboxEntry): Promise<SendResult> {
		const sessionId = snapshot.conversation.sessionId ?? entry.sessionId ?? "";
		const response = await post({
			intent: options.sendIntent,
			message: entry.text,
			clientMessageId: entry.clientMessageId,
			sessionId,
		});
		if (response.ok) {
			const { message, page } = (await response.json()) as { message: Message; page?: Opened | null };
			showConversation(message.sessionId, page);
			setConversation(applyAcknowledged(snapshot.conversation, message));
			return { type: "sent" };
		}
		if (response.status === 401 || response.status === 403) options.onSignedOut?.();
		if (response.status === 429 || response.status >= 500) {
			const seconds = Number(response.headers.get("Retry-After"));
			return { type: "again", afterMs: seconds > 0 ? seconds * 1_000 : null };
		}
		return { type: "refused", why: await readProblem(response) };
	}

	/** The first form opened the conversation, or the old one had ended: from now on this page shows the new one. */
	function showConversation(sessionId: string, page: Opened | null | undefined) {
		if (snapshot.conversation.sessionId === sessionId) return;
		setConversation(
			beginConversation({
				sessionId,
				session: page?.session ?? null,
				messages: page?.messages ?? [],
				cursor: page?.cursor ?? null,
				applied: { public: page?.lastSeq ?? 0, internal: 0 },
			}),
		);
		receipts.startOver();
		update({ hasOlder: page ? page.olderBefore !== null : false });
		line?.reconnect();
		otherTabs?.postMessage("opened");
	}

	/** Another tab opened the conversation. Drafts and unsent messages outlive the loading. */
	function onOpenedElsewhere() {
		if (snapshot.conversation.sessionId === null) window.location.reload();
	}

	/** Posts one of the page's other forms. @returns whether it was accepted; if not, `problem` says why. */
	async function submit(fields: Record<string, string>): Promise<boolean> {
		try {
			const response = await post({ sessionId: snapshot.conversation.sessionId ?? "", ...fields });
			if (response.status === 401) options.onSignedOut?.();
			if (!response.ok) {
				update({ problem: await readProblem(response) });
				return false;
			}
			const { sessionId, page } = (await response.json()) as {
				sessionId: string | null;
				page?: Opened | null;
			};
			update({ problem: null });
			if (sessionId && sessionId !== snapshot.conversation.sessionId) showConversation(sessionId, page);
			else void sync();
			return true;
		} catch {
			update({ problem: "The store could not be reached. Please try again in a moment." });
			return false;
		}
	}

	async function loadOlder() {
		const { sessionId, messages } = snapshot.conversation;
		const first = messages[0];
		if (!sessionId || !first || !options.olderUrl || snapshot.isLoadingOlder) return;
		update({ isLoadingOlder: true });
		try {
			const response = await fetch(options.olderUrl(sessionId, first.seq), {
				cache: "no-store",
				signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
			});
			if (!response.ok) throw new Error(String(response.status));
			const older = (await response.json()) as { messages: Message[]; next: number | null };
			setConversation(prependMessages(snapshot.conversation, older.messages));
			update({ hasOlder: older.next !== null });
		} catch {
			update({ problem: "Earlier messages could not be loaded. Please try again." });
		} finally {
			update({ isLoadingOlder: false });
		}
	}

	function resync() {
		line?.reconnect();
		outbox?.hurry();
	}

	function onVisibility() {
		if (document.visibilityState === "hidden") {
			hiddenAt = Date.now();
			return;
		}
		if (Date.now() - hiddenAt > HIDDEN_LIMIT_MS) resync();
		receipts.schedule();
	}

	function onPageShow(event: PageTransitionEvent) {
		if (event.persisted) resync();
	}

	return {
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		snapshot: () => snapshot,
		/** Begins to listen and to send. @returns how to stop. */
		start() {
			outbox = createOutbox({
				storageKey: options.storageKey,
				send,
				onChange: (entries) => update({ outbox: entries }),
			});
			update({ outbox: outbox.entries() });
			outbox.hurry();
			line = openEventLine({
				address: () => {
					const { sessionId, cursor } = snapshot.conversation;
					return sessionId ? options.eventsUrl(sessionId, cursor) : null;
				},
				onEvent: receive,
				onState: (state) => update({ line: state }),
				onRefused,
			});
			receipts.schedule();
			otherTabs = new BroadcastChannel(options.storageKey);
			otherTabs.addEventListener("message", onOpenedElsewhere);
			document.addEventListener("visibilitychange", onVisibility);
			window.addEventListener("online", resync);
			window.addEventListener("pageshow", onPageShow);
			return () => {
				document.removeEventListener("visibilitychange", onVisibility);
				window.removeEventListener("online", resync);
				window.removeEventListener("pageshow", onPageShow);
				receipts.stop();
				clearTimeout(typingTimer);
				clearTimeout(thinkingTimer);
				line?.close();
				outbox?.close();
				otherTabs?.close();
			};
		},
		actions: {
			send(text: string) {
				// A message ends the typing over there, so the next letter is news again.
				typedAt = 0;
				outbox?.add(text, snapshot.conversation.sessionId);
			},
			retry: (clientMessageId: string) => outbox?.retry(clientMessageId),
			discard: (clientMessageId: string) => outbox?.discard(clientMessageId) ?? "",
			submit,
			loadOlder,
			/** To be called with the sequence of a message that has come on screen. */
			noteSeen: receipts.see,
			/** To be called while somebody types. */
			noteTyping() {
				if (!snapshot.conversation.sessionId || Date.now() - typedAt < TYPING_EVERY_MS) return;
				typedAt = Date.now();
				post({ intent: "typing", sessionId: snapshot.conversation.sessionId }).catch(() => {});
			},
		},
	};
}
