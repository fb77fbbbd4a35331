import { type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import type { Client, OnRender, Target } from "./client.ts";
import { createHttpConnection } from "./http-connection.ts";

/** Delay in milliseconds before a message is sent again, like the first delay of the browser's outbox. */
const RETRY_MS = 1_000;
const RECONNECT_MS = 250;

/**
 * Simulates the browsers of our chat, one for each session. A browser posts the form of /chat to one server process
 * and keeps the page's stream open there; the customer's second device reads the session from the other process.
 */
export async function connectOurs(target: Target, onRender: OnRender): Promise<Client> {
	const streams: { close: () => void }[] = [];
	const connections = target.conversations.map(() => createHttpConnection(target.writerUrl));
	const { host } = new URL(target.writerUrl);
	await Promise.all(
		target.conversations.flatMap((conversation, index) => [
			readStream(target.readerUrl, conversation, target, (id) => onRender(id, index)),
			// The sender's own stream is open as in reality, but its events are not measured.
			readStream(target.writerUrl, conversation, target, () => {}),
		]),
	).then((opened) => streams.push(...opened));
	let isClosed = false;

	return {
		async post(index, message) {
			const conversation = target.conversations[index];
			const connection = connections[index];
			if (!conversation || !connection) throw new Error(`There is no conversation ${index}.`);
			const body = new URLSearchParams({
				intent: "send",
				message: message.text,
				clientMessageId: message.id,
				sessionId: conversation.sessionId,
			}).toString();
			const text =
				`POST /chat/actions HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nSec-Fetch-Site: same-origin\r\n` +
				`Content-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: ${body.length}\r\n` +
				`Cookie: ${conversation.cookie}\r\nAccept: application/json\r\n\r\n${body}`;
			while (!isClosed) {
				const status = await connection.request(text).catch(() => 0);
				if (status === 200) return;
				if (status >= 400 && status < 500) throw new Error(`The message was refused with ${status}.`);
				await delay(RETRY_MS * (0.5 + Math.random() / 2));
			}
		},
		close() {
			isClosed = true;
			for (const stream of streams) stream.close();
			for (const connection of connections) connection.close();
		},
	};
}

/**
 * Reads a session's stream, and reconnects with the cursor when the stream ends. Resolves with the first `hello`
 * event.
 */
function readStream(
	url: string,
	conversation: Target["conversations"][number],
	target: Target,
	show: (clientMessageId: string) => void,
): Promise<{ close: () => void }> {
	let cursor = target.cursors.live;
	let current: IncomingMessage | null = null;
	let isClosed = false;
	const stream = {
		close() {
			isClosed = true;
			current?.destroy();
		},
	};
	return new Promise((resolve) => {
		const again = () => {
			if (!isClosed) setTimeout(open, RECONNECT_MS * Math.random());
		};
		function open() {
			const { cookie, sessionId } = conversation;
			const outgoing = request(`${url}/chat/events?sessionId=${sessionId}`, {
				agent: false,
				headers: {
					Cookie: cookie,
					Accept: "text/event-stream",
					...(cursor === null ? {} : { "Last-Event-ID": cursor }),
				},
			});
			outgoing.on("error", again);
			outgoing.on("response", (response) => {
				if (response.statusCode !== 200) {
					response.resume();
					return again();
				}
				current = response;
				const parser = createParser({
					onEvent: ({ id, event, data }) => {
						if (id) cursor = id;
						if (event === "joined-chat") resolve(stream);
						if (event !== "new-message") return;
						const { message } = JSON.parse(data) as { message: { clientMessageId: string } };
						show(message.clientMessageId);
					},
				});
				response.setEncoding("utf8");
				response.on("data", (chunk: string) => parser.feed(chunk));
				response.once("error", () => {});
				response.once("close", again);
			});
			outgoing.end();
		}
		open();
	});
}
