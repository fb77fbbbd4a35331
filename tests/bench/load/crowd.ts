import { connect, type Socket } from "node:net";
import type { Target } from "./client.ts";
import { openRawWebSocket, sendText } from "./raw-websocket.ts";

/**
 * Most connections that are being opened at the same time: fewer than Node's accept backlog of 511, because with more
 * the retries of the operating system would be measured.
 */
const MAX_PENDING_CONNECTIONS = 400;

/** The message that a connection must receive before it counts as live. */
export type LiveProof = "greeting" | "missed message";

export type Crowd = ReturnType<typeof createCrowd>;

/** Creates many readers on plain sockets, half of them connected to each server process. */
export function createCrowd(target: Target) {
	let sockets: Socket[] = [];

	/** Opens a connection. Resolves when the connection is live. */
	function enter(index: number, proof: LiveProof): Promise<void> {
		const conversation = target.conversations[index];
		if (!conversation) throw new Error(`There is no conversation ${index}.`);
		const url = index % 2 === 0 ? target.writerUrl : target.readerUrl;
		const cursor = proof === "greeting" ? target.cursors.behind : target.cursors.before;
		return new Promise((resolve, reject) => {
			const socket =
				target.kind === "ours"
					? openStream({ url, conversation, cursor, proof }, resolve)
					: openSocket({ url, conversation, cursor, proof }, resolve);
			socket.once("error", reject);
			socket.once("close", () => reject(new Error("A connection was closed before it was live.")));
			sockets.push(socket);
		});
	}

	return {
		/** Opens a connection to each of the first `count` sessions. @returns the duration in milliseconds. */
		async enterAll(count: number, proof: LiveProof): Promise<number> {
			const begun = performance.now();
			let next = 0;
			await Promise.all(
				Array.from({ length: Math.min(MAX_PENDING_CONNECTIONS, count) }, async () => {
					for (let index = next++; index < count; index = next++) await enter(index, proof);
				}),
			);
			return performance.now() - begun;
		},
		/** Closes every connection abruptly. */
		leaveAll() {
			for (const socket of sockets) socket.destroy();
			sockets = [];
		},
		count: () => sockets.filter((socket) => !socket.destroyed).length,
	};
}

interface Entry {
	url: string;
	conversation: Target["conversations"][number];
	cursor: string;
	proof: LiveProof;
}

function openStream({ url, conversation, cursor, proof }: Entry, onLive: () => void): Socket {
	const { hostname, port, host } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port), noDelay: true });
	const expectedEvent = proof === "greeting" ? "event: joined-chat" : "event: new-message";
	let seen = "";
	socket.setEncoding("latin1");
	socket.write(
		`GET /chat/events?sessionId=${conversation.sessionId} HTTP/1.1\r\nHost: ${host}\r\n` +
			`Accept: text/event-stream\r\nCookie: ${conversation.cookie}\r\nLast-Event-ID: ${cursor}\r\n\r\n`,
	);
	let isLive = false;
	socket.on("data", (chunk: string) => {
		if (isLive) return;
		seen = seen.slice(-expectedEvent.length) + chunk;
		if (!seen.includes(expectedEvent)) return;
		isLive = true;
		seen = "";
		onLive();
	});
	return socket;
}

function openSocket({ url, conversation, cursor, proof }: Entry, onLive: () => void): Socket {
	const { token, sessionId } = conversation;
	return openRawWebSocket(url, (text, socket) => {
		// The first digit of a packet is Engine.IO's type (0 open, 2 ping, 4 message). In a message the second digit is
		// Socket.IO's type (0 connected, 2 event).
		if (text.startsWith("0")) {
			sendText(socket, `40${JSON.stringify({ token, sessionId, serverOffset: cursor })}`);
		} else if (text === "2") sendText(socket, "3");
		else if (text.startsWith(proof === "greeting" ? "40" : '42["message"')) onLive();
	});
}
