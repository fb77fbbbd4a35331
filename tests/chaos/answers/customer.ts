import { setTimeout as delay } from "node:timers/promises";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import { type ChatSession, openChatSession } from "../people.ts";
import type { Random } from "../random.ts";
import { type Connection, openConnection } from "../readers/connection.ts";
import { createReader, type Violation } from "../readers/reader.ts";

/**
 * Longest wait for an answer in ms. The lease of a killed process expires after 10 s, and several processes may be
 * killed during one answer.
 */
const ANSWER_TIMEOUT_MS = 100_000;
const POST_TIMEOUT_MS = 10_000;

/** A simulated customer with one session, and the partial answers that the customer's page has shown. */
export type Customer = {
	talk: ChatSession;
	connection: Connection;
	/** The partial answers as the page showed them, each with the newest question above it. */
	shownLive: { messageId: string; text: string; newestQuestion: number; isTaken: boolean }[];
	/** Number of reconnections during an answer, and how many of them showed the earlier part of the answer again. */
	returns: { tried: number; whole: number };
	violations: Violation[];
	/** The customer's messages in order. The check at the end decides which of them need an answer. */
	asked: number;
};

export type ShopServers = { urls: string[]; agentCookie: string; random: Random };

/** Opens a session and reads its events as the page does. */
export async function createCustomer(shop: ShopServers, name: string): Promise<Customer> {
	const talk = await retryUntilDone(() => openChatSession(shop.random.pick(shop.urls)));
	const reader = createReader(talk, "stream", name);
	const customer: Customer = {
		talk,
		connection: openConnection({ ...shop, reader, home: shop.random.between(0, shop.urls.length - 1) }),
		shownLive: [],
		returns: { tried: 0, whole: 0 },
		violations: [],
		asked: 0,
	};
	reader.watch = (_, after) => {
		if (!after.live) return;
		customer.shownLive.push({
			messageId: after.live.messageId,
			text: after.live.text,
			newestQuestion: newestQuestion(after),
			isTaken: after.session?.status === "agent",
		});
	};
	await until(() => reader.state.cursor !== null, ANSWER_TIMEOUT_MS);
	return customer;
}

const newestQuestion = (page: Conversation): number =>
	page.messages.findLast((message) => message.senderType === "user")?.seq ?? 0;

/**
 * Posts a question to a server process, again with the same id until the question is acknowledged. @returns the
 * question's sequence.
 */
export async function postQuestion(
	shop: ShopServers,
	customer: Customer,
	message: string,
	home: number,
): Promise<number> {
	customer.asked += 1;
	const clientMessageId = `question-${customer.asked}`;
	let tries = 0;
	return retryUntilDone(async () => {
		const url = shop.urls[(home + tries) % shop.urls.length];
		tries += 1;
		const response = await fetch(`${url}/chat/actions`, {
			method: "POST",
			headers: { Cookie: customer.talk.cookie },
			body: new URLSearchParams({
				intent: "send",
				sessionId: customer.talk.sessionId,
				message,
				clientMessageId,
			}),
			signal: AbortSignal.timeout(POST_TIMEOUT_MS),
		});
		if (!response.ok) throw new Error(`answered ${response.status}`);
		return ((await response.json()) as { message: { seq: number } }).message.seq;
	});
}

/** Takes over the customer's session as the agent. */
export async function takeOverSession(shop: ShopServers, customer: Customer): Promise<void> {
	await retryUntilDone(async () => {
		const response = await fetch(
			`${shop.random.pick(shop.urls)}/admin/chat/${customer.talk.sessionId}/actions`,
			{
				method: "POST",
				headers: { Cookie: shop.agentCookie },
				body: new URLSearchParams({ intent: "take" }),
				signal: AbortSignal.timeout(POST_TIMEOUT_MS),
			},
		);
		if (!response.ok) throw new Error(`answered ${response.status}`);
		await response.body?.cancel();
	});
}

/** Waits until the page shows an answer below the question, or no answer can come any more. */
export async function waitForAnswer(customer: Customer, questionSeq: number): Promise<void> {
	const { reader } = customer.connection;
	const isAnswered = await until(
		() => reader.state.messages.some(({ senderType, seq }) => senderType === "bot" && seq > questionSeq),
		ANSWER_TIMEOUT_MS,
	);
	if (!isAnswered) {
		const what = `${reader.name}: question ${questionSeq} was not answered in ${ANSWER_TIMEOUT_MS / 1_000} s`;
		customer.violations.push({ at: Date.now(), what });
	}
}

/** Waits until the page shows a part of an answer. @returns false when the page showed only the whole answer. */
export async function waitForPartialAnswer(customer: Customer, questionSeq: number): Promise<boolean> {
	const { reader } = customer.connection;
	await until(
		() =>
			(reader.state.live?.text.length ?? 0) > 20 || (reader.state.messages.at(-1)?.seq ?? 0) > questionSeq,
		ANSWER_TIMEOUT_MS,
	);
	return reader.state.live !== null;
}

/**
 * Disconnects the customer's page during an answer and connects it again. The page must show the text again that had
 * been written by then.
 */
export async function disconnectAndReturn(customer: Customer): Promise<void> {
	const { reader } = customer.connection;
	const before = reader.state.live;
	if (!before) return;
	// The simulated page forgets the live answer, because a reloaded page does not have the part that was shown before.
	reader.state = { ...reader.state, live: null };
	customer.connection.cut();
	customer.returns.tried += 1;
	await until(() => {
		const { live, messages } = reader.state;
		return (
			(live?.messageId === before.messageId && live.text.startsWith(before.text)) ||
			messages.some(({ id }) => id === before.messageId)
		);
	}, ANSWER_TIMEOUT_MS);
	if (reader.state.live?.messageId === before.messageId) customer.returns.whole += 1;
}

async function until(look: () => boolean, forMs: number): Promise<boolean> {
	const deadline = Date.now() + forMs;
	while (!look()) {
		if (Date.now() > deadline) return false;
		await delay(15);
	}
	return true;
}

async function retryUntilDone<Result>(work: () => Promise<Result>): Promise<Result> {
	const deadline = Date.now() + ANSWER_TIMEOUT_MS;
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await delay(200);
		}
	}
}
