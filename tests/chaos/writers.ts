import { setTimeout as delay } from "node:timers/promises";
import type { ChatSession, Participants } from "./people.ts";
import type { Random } from "./random.ts";
import { untilAborted } from "./until-aborted.ts";

/** A message that a server has acknowledged. Times are milliseconds on the clock of the test process. */
export type AcknowledgedMessage = {
	clientMessageId: string;
	sessionId: string;
	messageId: string;
	seq: number;
	text: string;
	ackedAt: number;
	/** Whether the message's delay is checked; false for messages whose readers were paused. */
	isTimed: boolean;
	attempts: number;
};

export type WritingLog = {
	acks: AcknowledgedMessage[];
	/** Every text that was sent, by the message's client id. Pages may show no other text. */
	sent: Map<string, string>;
	/** Unexpected answers to correct requests, such as `403 of /chat/actions`, and the number of each. */
	refusals: Map<string, number>;
	/** Client ids of messages for which two answers of servers named different messages. */
	contradictions: string[];
	/** Client ids of messages that were never acknowledged. */
	abandoned: string[];
	/** Number of requests that were repeated after an error, a timeout or a rejection. */
	retries: number;
};

/** One of the ways to post a message to the chat: a form or the REST API. */
type PostRoute = (people: Participants, talk: ChatSession) => Request;
type Request = { path: string; headers: Record<string, string>; body: (fields: Fields) => string };
type Fields = { message: string; clientMessageId: string };

const form = (intent: string, sessionId: string) => (fields: Fields) =>
	new URLSearchParams({ intent, sessionId, ...fields }).toString();
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

const POST_ROUTES: { sender: "user" | "agent"; door: PostRoute }[] = [
	{
		sender: "user",
		door: (_, talk) => ({
			path: "/chat/actions",
			headers: { ...FORM, Cookie: talk.cookie },
			body: form("send", talk.sessionId),
		}),
	},
	{
		sender: "user",
		door: (_, talk) => ({
			path: "/api/chat/messages",
			headers: { "Content-Type": "application/json", Authorization: `Bearer ${talk.token}` },
			body: (fields) => JSON.stringify({ sessionId: talk.sessionId, ...fields }),
		}),
	},
	{
		sender: "agent",
		door: (people, talk) => ({
			path: `/admin/chat/${talk.sessionId}/actions`,
			headers: { ...FORM, Cookie: people.agentCookie },
			body: form("reply", talk.sessionId),
		}),
	},
];

/**
 * Time limit of a request in ms. A request that takes longer is aborted, and the message is sent again with the same
 * id, as a browser does.
 */
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_DELAY_MS = 500;
/** Share of the messages that are posted to two server processes at the same time, as may happen after a retry. */
const DUPLICATE_POST_SHARE = 0.03;
const FILLER_TEXT = "thank you for the parcel it came on Tuesday and the lamp in it is very nice ".repeat(4);

/**
 * Runs one writer, which posts one message after the other, each through one of the routes, to any server process,
 * and again with the same id until the message is acknowledged.
 * @param options.isDone called before each message; a message that was begun is always completed.
 */
export async function runWriter(options: {
	name: string;
	people: Participants;
	urls: string[];
	random: Random;
	log: WritingLog;
	isDone: () => boolean;
	/** The time (ms since 1970) after which an unacknowledged message counts as a violation. */
	giveUpAt: () => number;
}): Promise<void> {
	const { name, people, urls, random, log } = options;
	for (let count = 1; !options.isDone(); count += 1) {
		const talk = random.pick(people.talks);
		const { door, sender } = random.pick(POST_ROUTES);
		const clientMessageId = `${name}-${count}`;
		const message = `${clientMessageId} ${FILLER_TEXT.slice(0, random.between(0, 250))}`.trim();
		log.sent.set(`${sender} ${clientMessageId}`, message);
		const one = { request: door(people, talk), fields: { message, clientMessageId } };
		const isDoubled = random.next() < DUPLICATE_POST_SHARE;
		const answers = await Promise.all(
			(isDoubled ? [0, 1] : [0]).map((offset) => postUntilAcknowledged(one, offset)),
		);
		const [first, second] = answers;
		if (!first) return void log.abandoned.push(clientMessageId);
		if (second && (second.messageId !== first.messageId || second.seq !== first.seq))
			log.contradictions.push(clientMessageId);
		log.acks.push({ ...first, clientMessageId, sessionId: talk.sessionId, text: message, isTimed: true });
	}

	async function postUntilAcknowledged(one: { request: Request; fields: Fields }, offset: number) {
		let index = random.between(0, urls.length - 1) + offset;
		for (let attempts = 1; Date.now() < options.giveUpAt(); attempts += 1) {
			const written = await post(`${urls[index % urls.length]}`, one);
			if (written) return { ...written, attempts, ackedAt: Date.now() };
			log.retries += 1;
			index += 1;
			await delay(RETRY_DELAY_MS * random.next());
		}
		return null;
	}

	async function post(url: string, { request, fields }: { request: Request; fields: Fields }) {
		try {
			const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
			const response = await untilAborted(
				fetch(url + request.path, {
					method: "POST",
					headers: request.headers,
					body: request.body(fields),
					signal,
				}),
				signal,
			);
			const text = await untilAborted(response.text(), signal);
			if (response.ok) {
				const parsed = JSON.parse(text) as Written & { message?: Written | string };
				// The answer to a form contains the message as a field; the answer of the API is the message.
				const message = typeof parsed.message === "object" ? parsed.message : parsed;
				return { messageId: message.id, seq: message.seq };
			}
			if (response.status < 500) {
				const what = `${response.status} of ${request.path.replace(/[0-9a-f-]{36}/, ":id")}`;
				log.refusals.set(what, (log.refusals.get(what) ?? 0) + 1);
			}
		} catch {
			// The request failed, and the message may have been written or not, so it is sent again.
		}
		return null;
	}
}

type Written = { id: string; seq: number };

/** Text that is only in agents' internal notes, so that no customer may receive it. */
export const INTERNAL_MARK = "only-for-agents";

/** Writes internal notes (tags) on random sessions until the end of the run. @returns the number of notes. */
export async function writeNotes(options: {
	people: Participants;
	urls: string[];
	random: Random;
	isDone: () => boolean;
}): Promise<number> {
	let written = 0;
	for (let count = 1; !options.isDone(); count += 1) {
		const { sessionId } = options.random.pick(options.people.talks);
		const response = await fetch(`${options.random.pick(options.urls)}/api/chat/sessions`, {
			method: "PUT",
			headers: { "Content-Type": "application/json", Authorization: `Bearer ${options.people.apiKey}` },
			body: JSON.stringify({ sessionId, tags: [`${INTERNAL_MARK}-${count}`] }),
			signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
		}).catch(() => null);
		await response?.body?.cancel().catch(() => {});
		if (response?.ok) written += 1;
		await delay(200);
	}
	return written;
}
