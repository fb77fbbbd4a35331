import type { ChatEvent, Message, Session } from "../../events.ts";
import {
	applyAcknowledged,
	applyEvent,
	beginConversation,
	type Conversation,
	passingEvents,
} from "../conversation.ts";
import { postForm, REQUEST_LIMIT_MS, readRefusal, reloadPage } from "../forms.ts";
import { prependMessages } from "../history.ts";
import type { EventLine } from "../line/event-line.ts";
import { openPageLine } from "../line/page-line.ts";
import { createRungMemory } from "../line/rungs.ts";
import { openTabChannel, type TabChannel } from "../line/tab-channel.ts";
import { adopt } from "../outbox/adopt.ts";
import { createOutbox, type Outbox } from "../outbox/outbox.ts";
import { createReceipts } from "../receipts.ts";
import { onRestored } from "../restored.ts";
import { createExpiries } from "./expiries.ts";
import type { Acted, Opened, Snapshot, StoreOptions } from "./options.ts";
import { createRefresh } from "./refresh.ts";
import { createSend } from "./send.ts";

/** Typing is told at most this often while somebody types. */
const TYPING_EVERY_MS = 3_000;
/** Wait before asking again for what is missing, when the server could not be reached. */
const HOLE_RETRY_MS = 2_000;

/** Everything the page does with a conversation once scripts run. Outside React, so that no event is lost between renders. */
export function createConversationStore(options: StoreOptions) {
	// Before the page reads its draft and its outbox. A server that renders the page has no storage.
	if (typeof document !== "undefined")
		adopt(options.renames ?? [], [() => localStorage, () => sessionStorage]);
	let snapshot: Snapshot = {
		conversation: beginConversation(options.initial),
		outbox: [],
		line: { state: "connecting", transport: "sse" },
		isLoadingOlder: false,
		readUpTo: 0,
		problem: null,
	};
	const listeners = new Set<() => void>();
	let line: EventLine | null = null;
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
		onOther: showConversation,
	});
	const receipts = createReceipts({
		side: options.side,
		onRead: (readUpTo) => {
			if (readUpTo > snapshot.readUpTo) update({ readUpTo });
		},
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
		if (conversation.typing && conversation.typing !== before.typing) expiries.noteTyping();
		if (conversation.messages !== before.messages) receipts.schedule();
		if (conversation.session?.agentId !== before.session?.agentId) receipts.tellAgain();
		if (conversation.hasHole && !before.hasHole) void fillHole();
	}

	/** Fetches what lies before an event that came too early, until it is here. */
	async function fillHole() {
		while (line && snapshot.conversation.hasHole) {
			if (await line.sync()) setConversation({ ...snapshot.conversation, hasHole: false });
			else await new Promise((resolve) => setTimeout(resolve, HOLE_RETRY_MS));
		}
	}

	function receive(id: string | null, event: ChatEvent) {
		if (event.type === "reset") return reloadPage();
		// Signed in by another tab: the page is a guest's, and the server has a customer's.
		if (event.type === "session-updated" && becomesCustomers(event.data.session)) return reloadPage();
		// Everybody on a stream hears it; one's own side typing is no news to it.
		if (event.type === (options.side === "user" ? "user-typing" : "agent-typing")) return;
		setConversation(applyEvent(snapshot.conversation, { id, event }, Date.now()));
		if (event.type === "ai-thinking") expiries.noteThinking(event.data.on);
	}

	function becomesCustomers({ userId }: Session): boolean {
		const shown = snapshot.conversation.session;
		return options.side === "user" && shown !== null && shown.userId === null && userId !== null;
	}

	/** The server will not let this page read on: its login has ended, or the browser is somebody else by now. */
	function onRefused(status: number) {
		if (status === 401 && options.onSignedOut) options.onSignedOut();
		else reloadPage();
		// Where the page was loaded anew a moment ago it stays, and says that it has stopped.
	}

	const send = createSend({
		...options,
		post,
		onSent({ message, page }, entry) {
			const shown = snapshot.conversation.sessionId;
			// What another tab wrote into another conversation is sent from here, and not shown here.
			if (shown !== null && shown !== message.sessionId && shown !== entry.sessionId) return;
			showConversation(message.sessionId, page);
			setConversation(applyAcknowledged(snapshot.conversation, message));
			line?.expect(message.seq);
		},
	});

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
				hasOlder: (page?.olderBefore ?? null) !== null,
			}),
		);
		receipts.startOver();
		update({ readUpTo: 0 });
		line?.reconnect();
		otherTabs?.say("opened");
	}

	/** Another tab opened the conversation. Drafts and unsent messages outlive the loading. */
	function onOpenedElsewhere() {
		if (snapshot.conversation.sessionId === null) window.location.reload();
	}

	/**
	 * Posts one of the page's other forms. What is wrong with one of its fields is for the form to show; anything
	 * else is said by `problem`.
	 */
	async function act(fields: Record<string, string>): Promise<Acted> {
		try {
			const response = await post({ sessionId: snapshot.conversation.sessionId ?? "", ...fields });
			if (response.status === 401) options.onSignedOut?.();
			if (!response.ok) {
				const { words, byField } = await readRefusal(response);
				const errors = Object.fromEntries(Object.entries(byField).filter(([name]) => name in fields));
				const isShownThere = Object.keys(errors).length > 0;
				update({ problem: isShownThere ? null : words });
				return { isAccepted: false, errors };
			}
			const { sessionId, page } = (await response.json()) as {
				sessionId: string | null;
				page?: Opened | null;
			};
			update({ problem: null });
			if (sessionId && sessionId !== snapshot.conversation.sessionId) showConversation(sessionId, page);
			else void line?.sync();
			return { isAccepted: true, errors: {} };
		} catch {
			update({ problem: "The store could not be reached. Please try again in a moment." });
			return { isAccepted: false, errors: {} };
		}
	}

	/** The same for a form that shows no errors of its own. @returns whether it was accepted. */
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
				signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
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
		/** Begins to listen and to send. @returns how to stop. */
		start() {
			outbox = createOutbox({
				storageKey: options.storageKey,
				send,
				onChange: (entries) => update({ outbox: entries }),
				isShown: (id) => snapshot.conversation.messages.some((message) => message.clientMessageId === id),
			});
			update({ outbox: outbox.entries() });
			outbox.hurry();
			line = openPageLine({
				ways: options.ways,
				place: () => {
					const { sessionId, cursor } = snapshot.conversation;
					return sessionId ? { sessionId, ...(cursor ? { cursor } : {}) } : null;
				},
				shareAs: () => {
					const { sessionId } = snapshot.conversation;
					return sessionId && `${options.ways.events} ${sessionId} ${options.owner}`;
				},
				passing: () => passingEvents(snapshot.conversation),
				onEvent: receive,
				onStatus: (status) => {
					const { state, transport } = snapshot.line;
					if (status.state !== state || status.transport !== transport) update({ line: status });
					// What waits to be sent need not wait for its own next try.
					if (status.state === "live" && state !== "live") outbox?.hurry();
				},
				onRefused,
				memory: createRungMemory(() => localStorage),
				onBack: () => {
					outbox?.hurry();
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
				line?.close();
				line = null;
				outbox?.close();
				otherTabs?.close();
			};
		},
		actions: {
			/** @returns whether it will be sent; if not, `problem` says why and the words stay where they are. */
			send(text: string): boolean {
				// A message ends the typing over there, so the next letter is news again.
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
