import type { ChatEvent, Message, Session } from "../../events.ts";
import type { EventConnection } from "../connection/event-connection.ts";
import { openPageConnection } from "../connection/page-connection.ts";
import { openTabChannel, type TabChannel } from "../connection/tab-channel.ts";
import { createTransportMemory } from "../connection/transports.ts";
import { applyAcknowledged, applyEvent, beginConversation, ephemeralEvents } from "../conversation.ts";
import type { Conversation } from "../conversation-state.ts";
import { postForm, REQUEST_TIMEOUT_MS, readRefusal, reloadPage } from "../forms.ts";
import { prependMessages } from "../history.ts";
import { moveGuestData } from "../outbox/move-guest-data.ts";
import { createOutbox, type Outbox } from "../outbox/outbox.ts";
import { createReceipts } from "../receipts.ts";
import { onRestored } from "../restored.ts";
import { createExpiries } from "./expiries.ts";
import type { FormResult, OpenedSession, StoreOptions, StoreSnapshot } from "./options.ts";
import { createRefresh } from "./refresh.ts";
import { createSend } from "./send.ts";

/** Shortest time between two typing signals. */
const TYPING_EVERY_MS = 3_000;
/** Delay before missing events are requested again, when the server could not be reached. */
const GAP_RETRY_MS = 2_000;

/**
 * Creates the store of a session page, which contains all client logic. The store is outside React, so that no event
 * is lost between renders.
 */
export function createConversationStore(options: StoreOptions) {
	// A guest's data is moved before the page reads its draft and its outbox. On the server there is no storage.
	if (typeof document !== "undefined")
		moveGuestData(options.renames ?? [], [() => localStorage, () => sessionStorage]);
	let snapshot: StoreSnapshot = {
		conversation: beginConversation(options.initial),
		outbox: [],
		connection: { state: "connecting", transport: "sse" },
		isLoadingOlder: false,
		readUpTo: 0,
		problem: null,
	};
	const listeners = new Set<() => void>();
	let connection: EventConnection | null = null;
	let outbox: Outbox | null = null;
	let otherTabs: TabChannel<"opened"> | null = null;
	let typedAt = 0;
	const expiries = createExpiries((change) => setConversation({ ...snapshot.conversation, ...change }));
	const post = (fields: Record<string, string>) =>
		postForm(options.actionUrl, { ...fields, owner: options.owner });
	const refresh = createRefresh({
		url: options.currentUrl,
		owner: options.owner,
		shown: () => snapshot.conversation.sessionId,
		onOtherSession: showConversation,
	});
	const receipts = createReceipts({
		side: options.side,
		onRead: (readUpTo) => {
			if (readUpTo > snapshot.readUpTo) update({ readUpTo });
		},
		messages: () => snapshot.conversation.messages,
		post,
	});

	function update(change: Partial<StoreSnapshot>) {
		snapshot = { ...snapshot, ...change };
		for (const listener of listeners) listener();
	}

	function setConversation(conversation: Conversation) {
		if (conversation === snapshot.conversation) return;
		const before = snapshot.conversation;
		update({ conversation });
		if (conversation.typing && conversation.typing !== before.typing) expiries.noteTyping();
		if (conversation.messages !== before.messages) receipts.schedule();
		if (conversation.session?.agentId !== before.session?.agentId) receipts.sendAgain();
		if (conversation.hasGap && !before.hasGap) void fillGap();
	}

	/** Fetches missing events until the gap is closed. */
	async function fillGap() {
		while (connection && snapshot.conversation.hasGap) {
			if (await connection.sync()) setConversation({ ...snapshot.conversation, hasGap: false });
			else await new Promise((resolve) => setTimeout(resolve, GAP_RETRY_MS));
		}
	}

	function receive(id: string | null, event: ChatEvent) {
		if (event.type === "reset") return reloadPage();
		// Another tab has signed in: this page still belongs to the guest, but the session now belongs to the customer,
		// so the page reloads.
		if (event.type === "session-updated" && hasBecomeCustomers(event.data.session)) return reloadPage();
		// Typing signals reach customer and agent; a page ignores the signals of its own side.
		if (event.type === (options.side === "user" ? "user-typing" : "agent-typing")) return;
		setConversation(applyEvent(snapshot.conversation, { id, event }, Date.now()));
		if (event.type === "ai-thinking") expiries.noteThinking(event.data.on);
	}

	function hasBecomeCustomers({ userId }: Session): boolean {
		const shown = snapshot.conversation.session;
		return options.side === "user" && shown !== null && shown.userId === null && userId !== null;
	}

	/** Called when the page may no longer read the session: its login has ended, or the browser has another identity. */
	function onRefused(status: number) {
		if (status === 401 && options.onSignedOut) options.onSignedOut();
		else reloadPage();
		// A page that was reloaded a moment ago is not reloaded again, and shows that the connection has stopped.
	}

	const send = createSend({
		...options,
		post,
		onSent({ message, page }, entry) {
			const shown = snapshot.conversation.sessionId;
			// This tab also sends messages that another tab wrote in another session, but does not show them.
			if (shown !== null && shown !== message.sessionId && shown !== entry.sessionId) return;
			showConversation(message.sessionId, page);
			setConversation(applyAcknowledged(snapshot.conversation, message));
			connection?.expect(message.seq);
		},
	});

	/** Shows another session, which a sent form opened because the page had no session or its session had ended. */
	function showConversation(sessionId: string, page: OpenedSession | null | undefined) {
		if (snapshot.conversation.sessionId === sessionId) return;
		setConversation(
			beginConversation({
				sessionId,
				session: page?.session ?? null,
				messages: page?.messages ?? [],
				cursor: page?.cursor ?? null,
				applied: { public: page?.lastSeq ?? 0, internal: 0 },
				hasOlder: (page?.olderBefore ?? null) !== null,
			}),
		);
		receipts.reset();
		update({ readUpTo: 0 });
		connection?.reconnect();
		otherTabs?.post("opened");
	}

	/** Reloads the page because another tab opened a session. Drafts and unsent messages are kept. */
	function onOpenedElsewhere() {
		if (snapshot.conversation.sessionId === null) window.location.reload();
	}

	/**
	 * Posts a form of the page that is not a message. Errors of the form's fields are returned; any other error is
	 * shown as `problem`.
	 */
	async function act(fields: Record<string, string>): Promise<FormResult> {
		try {
			const response = await post({ sessionId: snapshot.conversation.sessionId ?? "", ...fields });
			if (response.status === 401) options.onSignedOut?.();
			if (!response.ok) {
				const { text, byField } = await readRefusal(response);
				const errors = Object.fromEntries(Object.entries(byField).filter(([name]) => name in fields));
				const isShownThere = Object.keys(errors).length > 0;
				update({ problem: isShownThere ? null : text });
				return { isAccepted: false, errors };
			}
			const { sessionId, page } = (await response.json()) as {
				sessionId: string | null;
				page?: OpenedSession | null;
			};
			update({ problem: null });
			if (sessionId && sessionId !== snapshot.conversation.sessionId) showConversation(sessionId, page);
			else void connection?.sync();
			return { isAccepted: true, errors: {} };
		} catch {
			update({ problem: "The store could not be reached. Please try again in a moment." });
			return { isAccepted: false, errors: {} };
		}
	}

	/** Posts a form that cannot show errors of its fields. @returns whether the server accepted the form. */
	async function submit(fields: Record<string, string>): Promise<boolean> {
		const { isAccepted, errors } = await act(fields);
		const [error] = Object.values(errors);
		if (error) update({ problem: error });
		return isAccepted;
	}

	async function loadOlder() {
		const { sessionId, messages } = snapshot.conversation;
		const first = messages[0];
		if (!sessionId || !first || !options.olderUrl || snapshot.isLoadingOlder) return;
		update({ isLoadingOlder: true });
		try {
			const response = await fetch(options.olderUrl(sessionId, first.seq), {
				cache: "no-store",
				signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
			});
			if (!response.ok) throw new Error(String(response.status));
			const older = (await response.json()) as { messages: Message[]; next: number | null };
			setConversation(prependMessages(snapshot.conversation, first.seq, older.messages, older.next !== null));
		} catch {
			update({ problem: "Earlier messages could not be loaded. Please try again." });
		} finally {
			update({ isLoadingOlder: false });
		}
	}

	return {
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		snapshot: () => snapshot,
		/** Starts reading events and sending messages. @returns a function that stops both. */
		start() {
			outbox = createOutbox({
				storageKey: options.storageKey,
				send,
				onChange: (entries) => update({ outbox: entries }),
				isShown: (id) => snapshot.conversation.messages.some((message) => message.clientMessageId === id),
			});
			update({ outbox: outbox.entries() });
			outbox.flush();
			connection = openPageConnection({
				urls: options.urls,
				query: () => {
					const { sessionId, cursor } = snapshot.conversation;
					return sessionId ? { sessionId, ...(cursor ? { cursor } : {}) } : null;
				},
				shareKey: () => {
					const { sessionId } = snapshot.conversation;
					return sessionId && `${options.urls.events} ${sessionId} ${options.owner}`;
				},
				ephemeralEvents: () => ephemeralEvents(snapshot.conversation),
				onEvent: receive,
				onStatus: (status) => {
					const { state, transport } = snapshot.connection;
					if (status.state !== state || status.transport !== transport) update({ connection: status });
					// The connection is back, so waiting messages are sent now.
					if (status.state === "live" && state !== "live") outbox?.flush();
				},
				onRefused,
				memory: createTransportMemory(() => localStorage),
				onBack: () => {
					outbox?.flush();
					void refresh.retry();
				},
			});
			otherTabs = openTabChannel(options.storageKey, onOpenedElsewhere);
			const stopRestored = onRestored(() => void refresh.now());
			receipts.start();
			return () => {
				stopRestored();
				receipts.stop();
				expiries.stop();
				connection?.close();
				connection = null;
				outbox?.close();
				otherTabs?.close();
			};
		},
		actions: {
			/** @returns whether the message will be sent; if not, `problem` says why and the text stays in the composer. */
			send(text: string): boolean {
				// A message ends typing on the other side, so the next keystroke must signal it again.
				typedAt = 0;
				if (outbox?.add(text, snapshot.conversation.sessionId)) return true;
				update({
					problem: "Too many messages are waiting to be sent. This one stays here until some have left.",
				});
				return false;
			},
			retry: (clientMessageId: string) => outbox?.retry(clientMessageId),
			discard: (clientMessageId: string) => outbox?.discard(clientMessageId) ?? "",
			submit,
			act,
			loadOlder,
			/** Records that a message has appeared on screen; called with the message's sequence. */
			noteSeen: receipts.see,
			/** Signals typing; call it on each keystroke. */
			noteTyping() {
				if (!snapshot.conversation.sessionId || Date.now() - typedAt < TYPING_EVERY_MS) return;
				typedAt = Date.now();
				post({ intent: "typing", sessionId: snapshot.conversation.sessionId }).catch(() => {});
			},
		},
	};
}
