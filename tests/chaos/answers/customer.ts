import { setTimeout as delay } from "node:timers/promises";
import type { Conversation } from "#app/realtime/client/conversation-state.ts";
import { openTalk, type Talk } from "../people.ts";
import type { Random } from "../random.ts";
import { type Connection, openConnection } from "../readers/connection.ts";
import { createReader, type Violation } from "../readers/reader.ts";

/**
 * Milliseconds after which an answer counts as missing: a dead process's lease expires after 10 s, and several may
 * die.
 */
const ANSWERED_MS = 100_000;
const POST_LIMIT_MS = 10_000;

/** A customer's session, and what its page showed of live answers. */
export type Customer = {
	talk: Talk;
	connection: Connection;
	/** Texts of live answers that the page showed, each with the newest question above them. */
	shownLive: { messageId: string; text: string; newestQuestion: number; isTaken: boolean }[];
	/** Reconnects during an answer, and in how many the page then showed its earlier text again. */
	returns: { tried: number; whole: number };
	violations: Violation[];
	/** Number of the customer's questions; the judge decides which of them need an answer. */
	asked: number;
};

export type Shop = { urls: string[]; agentCookie: string; random: Random };

/** Creates a session and reads it as the page does. */
export async function beginCustomer(shop: Shop, name: string): Promise<Customer> {
	const talk = await retrying(() => openTalk(shop.random.pick(shop.urls)));
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
	await until(() => reader.state.cursor !== null, ANSWERED_MS);
	return customer;
}

const newestQuestion = (page: Conversation): number =>
	page.messages.findLast((message) => message.senderType === "user")?.seq ?? 0;

/**
 * Posts a question to a process, and repeats it under the same id until it is acknowledged. @returns its sequence.
 */
export async function ask(shop: Shop, customer: Customer, message: string, home: number): Promise<number> {
	customer.asked += 1;
	const clientMessageId = `question-${customer.asked}`;
	let tries = 0;
	return retrying(async () => {
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
			signal: AbortSignal.timeout(POST_LIMIT_MS),
		});
		if (!response.ok) throw new Error(`answered ${response.status}`);
		return ((await response.json()) as { message: { seq: number } }).message.seq;
	});
}

/** The agent takes over the session. */
export async function takeOver(shop: Shop, customer: Customer): Promise<void> {
	await retrying(async () => {
		const response = await fetch(
			`${shop.random.pick(shop.urls)}/admin/chat/${customer.talk.sessionId}/actions`,
			{
				method: "POST",
				headers: { Cookie: shop.agentCookie },
				body: new URLSearchParams({ intent: "take" }),
				signal: AbortSignal.timeout(POST_LIMIT_MS),
			},
		);
		if (!response.ok) throw new Error(`answered ${response.status}`);
		await response.body?.cancel();
	});
}

/** Waits until the page shows an answer below the question, or it is certain that none comes. */
export async function untilAnswered(customer: Customer, questionSeq: number): Promise<void> {
	const { reader } = customer.connection;
	const isAnswered = await until(
		() => reader.state.messages.some(({ senderType, seq }) => senderType === "bot" && seq > questionSeq),
		ANSWERED_MS,
	);
	if (!isAnswered) {
		const what = `${reader.name}: question ${questionSeq} was not answered in ${ANSWERED_MS / 1_000} s`;
		customer.violations.push({ at: Date.now(), what });
	}
}

/** Waits until the page shows text of a live answer. @returns false when the whole answer came first. */
export async function untilWords(customer: Customer, questionSeq: number): Promise<boolean> {
	const { reader } = customer.connection;
	await until(
		() =>
			(reader.state.live?.text.length ?? 0) > 20 || (reader.state.messages.at(-1)?.seq ?? 0) > questionSeq,
		ANSWERED_MS,
	);
	return reader.state.live !== null;
}

/** Disconnects in the middle of an answer and reconnects: the text written until then must be shown again. */
export async function leaveAndReturn(customer: Customer): Promise<void> {
	const { reader } = customer.connection;
	const before = reader.state.live;
	if (!before) return;
	// A reloaded page does not know the text that was shown before.
	reader.state = { ...reader.state, live: null };
	customer.connection.cut();
	customer.returns.tried += 1;
	await until(() => {
		const { live, messages } = reader.state;
		return (
			(live?.messageId === before.messageId && live.text.startsWith(before.text)) ||
			messages.some(({ id }) => id === before.messageId)
		);
	}, ANSWERED_MS);
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

async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
	const deadline = Date.now() + ANSWERED_MS;
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await delay(200);
		}
	}
}
