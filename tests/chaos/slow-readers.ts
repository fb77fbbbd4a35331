import { setTimeout as delay } from "node:timers/promises";
import type { Fleet } from "./fleet.ts";
import type { ChatSession, Participants } from "./people.ts";
import type { Random } from "./random.ts";
import { type Connection, openConnection } from "./readers/connection.ts";
import { createReader, type Violation } from "./readers/reader.ts";
import type { WritingLog } from "./writers.ts";

const READERS = 8;
const SENDERS = 8;
const BYTES_PER_SECOND = 1_000_000;
const MESSAGE_BYTES = 9_500;
/** Maximum number of unsent bytes for one reader in a server process. */
const UNSENT_LIMIT_BYTES = 256 * 1024;
/**
 * Largest allowed growth of a server process's memory while readers are paused. The heap and the rings vary; a queue
 * for each reader would grow by a megabyte in a second for each reader.
 */
const GROWTH_LIMIT_BYTES = 128 * 1024 * 1024;
const PROBE_INTERVAL_MS = 1_000;

export type SlowReaderReport = {
	lines: Connection[];
	violations: Violation[];
	/** The measured figures for the report. */
	sentBytes: number;
	mostUnsentBytes: number;
	growthBytes: number;
};

/**
 * Pauses readers while a megabyte in a second is written to their session. The unsent bytes for each reader must stay
 * few, and the readers must miss no message when they continue.
 */
export async function checkSlowReaders(options: {
	fleet: Fleet;
	people: Participants;
	talk: ChatSession;
	log: WritingLog;
	random: Random;
	forMs: number;
}): Promise<SlowReaderReport> {
	const { fleet, talk, log, random } = options;
	const lines = Array.from({ length: READERS }, (_, index) =>
		openConnection({
			reader: createReader(talk, "stream", `paused reader ${index}`),
			urls: fleet.urls,
			home: 0,
			agentCookie: options.people.agentCookie,
			random,
		}),
	);
	while (lines.some((line) => line.reader.state.cursor === null)) await delay(20);
	const before = await fleet.probe(0);
	for (const line of lines) line.pause();

	const startedAt = Date.now();
	const until = startedAt + options.forMs;
	let sentBytes = 0;
	let mostUnsentBytes = 0;
	let mostRssBytes = 0;
	let count = 0;
	async function send() {
		while (Date.now() < until) {
			const ahead = sentBytes / BYTES_PER_SECOND - (Date.now() - startedAt) / 1_000;
			if (ahead > 0) await delay(ahead * 1_000);
			count += 1;
			await postLarge(`large-${count}`);
		}
	}
	async function postLarge(clientMessageId: string) {
		const message = `${clientMessageId} ${"x".repeat(MESSAGE_BYTES)}`;
		log.sent.set(`user ${clientMessageId}`, message);
		sentBytes += message.length;
		for (let tries = 0; tries < 20; tries += 1) {
			const response = await fetch(`${random.pick(fleet.urls)}/api/chat/messages`, {
				method: "POST",
				headers: { "Content-Type": "application/json", Authorization: `Bearer ${talk.token}` },
				body: JSON.stringify({ sessionId: talk.sessionId, message, clientMessageId }),
				signal: AbortSignal.timeout(10_000),
			}).catch(() => null);
			if (!response?.ok) continue;
			const { id, seq } = (await response.json()) as { id: string; seq: number };
			log.acks.push({
				clientMessageId,
				sessionId: talk.sessionId,
				messageId: id,
				seq,
				text: message,
				ackedAt: Date.now(),
				isTimed: false,
				attempts: tries + 1,
			});
			return;
		}
	}
	async function watch() {
		while (Date.now() < until) {
			const held = await fleet.probe(0);
			mostUnsentBytes = Math.max(mostUnsentBytes, held.unsentBytes);
			mostRssBytes = Math.max(mostRssBytes, held.rssBytes);
			await delay(PROBE_INTERVAL_MS);
		}
	}
	await Promise.all([watch(), ...Array.from({ length: SENDERS }, send)]);
	for (const line of lines) line.resume();

	const growthBytes = Math.max(0, mostRssBytes - before.rssBytes);
	const violations: Violation[] = [];
	const accuse = (what: string) => violations.push({ at: Date.now(), what });
	if (mostUnsentBytes > UNSENT_LIMIT_BYTES)
		accuse(`${mostUnsentBytes} bytes were unsent for one paused reader`);
	if (growthBytes > GROWTH_LIMIT_BYTES) accuse(`the process grew by ${growthBytes} bytes for paused readers`);
	return { lines, violations, sentBytes, mostUnsentBytes, growthBytes };
}
