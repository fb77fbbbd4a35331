import { expect, onTestFinished } from "vitest";
import { type EventReader, readEvents } from "./event-reader.ts";
import { until } from "./until.ts";

/** A session as a client of the REST API has it. */
export type SessionClient = { sessionId: string; token: string };

const DEADLINE_MS = 15_000;

/** Creates a session with the REST API of a server process. */
export async function openSession(url: string): Promise<SessionClient> {
	const response = await fetch(`${url}/api/chat/sessions`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: "{}",
		signal: AbortSignal.timeout(DEADLINE_MS),
	});
	expect(response.status).toBe(201);
	return (await response.json()) as SessionClient;
}

/**
 * Waits until the queue position of a session has been announced, which happens once for a session that begins in the
 * queue (ASSISTANT=off). Call it before posting, for tests that count sequences: the announcement has sequence 1.
 */
export async function untilQueueAnnounced(url: string, session: SessionClient): Promise<void> {
	await until(async () => {
		const response = await fetch(`${url}/api/chat/sessions`, {
			headers: { Authorization: `Bearer ${session.token}` },
			signal: AbortSignal.timeout(DEADLINE_MS),
		});
		const { sessions } = (await response.json()) as { sessions: { lastSeq: number }[] };
		expect(sessions.map(({ lastSeq }) => lastSeq)).toEqual([1]);
	});
}

/** Posts one message to a session. A request that hangs is aborted, as a browser does. */
export function postMessage(
	url: string,
	session: SessionClient,
	message: string,
	clientMessageId?: string,
): Promise<Response> {
	return fetch(`${url}/api/chat/messages`, {
		method: "POST",
		headers: { "Content-Type": "application/json", Authorization: `Bearer ${session.token}` },
		body: JSON.stringify({ sessionId: session.sessionId, message, clientMessageId }),
		signal: AbortSignal.timeout(DEADLINE_MS),
	});
}

/** Opens the session's event stream and waits for its first event. The stream is closed when the test has ended. */
export async function openEvents(url: string, session: SessionClient, cursor?: string): Promise<EventReader> {
	const query = new URLSearchParams({ sessionId: session.sessionId, ...(cursor ? { cursor } : {}) });
	const response = await fetch(`${url}/chat/events?${query}`, {
		headers: { Authorization: `Bearer ${session.token}` },
	});
	const reader = readEvents(response);
	onTestFinished(() => reader.close());
	await until(() => expect(reader.frames.map((frame) => frame.type)).toContain("joined-chat"), DEADLINE_MS);
	return reader;
}

/** Reads the readiness report (`/readyz`) of a server process. */
export async function readReadiness(url: string): Promise<Record<string, unknown>> {
	return (await (await fetch(`${url}/readyz`)).json()) as Record<string, unknown>;
}
