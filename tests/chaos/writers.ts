import { setTimeout as delay } from "node:timers/promises";
import type { People, Talk } from "./people.ts";
import type { Random } from "./random.ts";
import { untilAborted } from "./until-aborted.ts";

/** An acknowledged message. Times are milliseconds of this process's clock. */
export type Ack = {
	clientMessageId: string;
	sessionId: string;
	messageId: string;
	seq: number;
	text: string;
	ackedAt: number;
	/** False for messages whose readers were paused, so that their delay does not count. */
	isTimed: boolean;
	attempts: number;
};

export type WritingLog = {
	acks: Ack[];
	/** Every text that was sent, by its client id; no other text may be shown. */
	sent: Map<string, string>;
	/** Unexpected responses to valid requests, such as `403 of /chat/actions`, with their number. */
	refusals: Map<string, number>;
	/** Pairs of responses for one client id with different messages. */
	contradictions: string[];
	/** Client ids that were never acknowledged, in spite of retries. */
	abandoned: string[];
	/** Number of retries after an error, a timeout or a refusal. */
	retries: number;
};

/** A way of posting a message; each is one that clients of the product use. */
type Door = (people: People, talk: Talk) => Request;
type Request = { path: string; headers: Record<string, string>; body: (fields: Fields) => string };
type Fields = { message: string; clientMessageId: string };

const form = (intent: string, sessionId: string) => (fields: Fields) =>
	new URLSearchParams({ intent, sessionId, ...fields }).toString();
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

const DOORS: { sender: "user" | "agent"; door: Door }[] = [
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

/** Timeout after which a request is sent again under the same id, as in browsers. */
const REQUEST_LIMIT_MS = 10_000;
const RETRY_MS = 500;
/** Share of the messages that are posted to two processes at once. */
const DOUBLED = 0.03;
const WORDS = "thank you for the parcel it came on Tuesday and the lamp in it is very nice ".repeat(4);

/**
 * Writes messages until done: each through one of the routes, to any process, repeated under the same id until it is
 * acknowledged. @param options.isDone asked before each message; a started message is always completed.
 */
export async function write(options: {
	name: string;
	people: People;
	urls: string[];
	random: Random;
	log: WritingLog;
	isDone: () => boolean;
	/** The time after which an unacknowledged message counts as a violation. */
	giveUpAt: () => number;
}): Promise<void> {
	const { name, people, urls, random, log } = options;
	for (let count = 1; !options.isDone(); count += 1) {
		const talk = random.pick(people.talks);
		const { door, sender } = random.pick(DOORS);
		const clientMessageId = `${name}-${count}`;
		const message = `${clientMessageId} ${WORDS.slice(0, random.between(0, 250))}`.trim();
		log.sent.set(`${sender} ${clientMessageId}`, message);
		const one = { request: door(people, talk), fields: { message, clientMessageId } };
		const isDoubled = random.next() < DOUBLED;
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
			await delay(RETRY_MS * random.next());
		}
		return null;
	}

	async function post(url: string, { request, fields }: { request: Request; fields: Fields }) {
		try {
			const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
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
				// The forms return their result, the API returns the message itself.
				const message = typeof parsed.message === "object" ? parsed.message : parsed;
				return { messageId: message.id, seq: message.seq };
			}
			if (response.status < 500) {
				const what = `${response.status} of ${request.path.replace(/[0-9a-f-]{36}/, ":id")}`;
				log.refusals.set(what, (log.refusals.get(what) ?? 0) + 1);
			}
		} catch {
			// The request was cut, hung or unreachable; it may have been written, so it is repeated under the same id.
		}
		return null;
	}
}

type Written = { id: string; seq: number };

/** Text in internal tags that no customer may receive. */
export const INTERNAL_MARK = "only-for-agents";

/** Writes internal tags on random sessions until stopped. @returns their number. */
export async function writeNotes(options: {
	people: People;
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
			signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
		}).catch(() => null);
		await response?.body?.cancel().catch(() => {});
		if (response?.ok) written += 1;
		await delay(200);
	}
	return written;
}
