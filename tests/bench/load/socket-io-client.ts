import { io, type Socket } from "socket.io-client";
import type { Client, OnRender, Target } from "./client.ts";

/**
 * Timeout in ms after which a message is sent again, as Socket.IO's documentation advises for messages that must
 * arrive.
 */
const ACK_TIMEOUT_MS = 10_000;
const RETRIES = 10;

/**
 * Simulates customers with Socket.IO's client: the sender's socket is connected to one server process, and the
 * reader's socket to the other. On each connection a client sends the offset of the newest message that it has.
 */
export async function connectSocketIo(target: Target, onRender: OnRender): Promise<Client> {
	const open = (url: string, index: number, show: (clientMessageId: string) => void) => {
		const conversation = target.conversations[index];
		const auth = {
			token: conversation?.token,
			sessionId: conversation?.sessionId,
			serverOffset: target.cursors.live,
		};
		const socket = io(url, {
			auth,
			transports: ["websocket"],
			forceNew: true,
			ackTimeout: ACK_TIMEOUT_MS,
			retries: RETRIES,
		});
		socket.on("message", (message: { id: string; clientMessageId: string }) => {
			auth.serverOffset = message.id;
			show(message.clientMessageId);
		});
		return socket;
	};
	const writers = target.conversations.map((_, index) => open(target.writerUrl, index, () => {}));
	const readers = target.conversations.map((_, index) =>
		open(target.readerUrl, index, (id) => onRender(id, index)),
	);
	await Promise.all([...writers, ...readers].map(connected));

	return {
		post(index, message) {
			return new Promise((resolve, reject) => {
				writers[index]?.emit("message", message, (error?: Error | null) =>
					error ? reject(error) : resolve(),
				);
			});
		},
		close() {
			for (const socket of [...writers, ...readers]) socket.disconnect();
		},
	};
}

function connected(socket: Socket): Promise<void> {
	return new Promise((resolve) => {
		if (socket.connected) resolve();
		else socket.once("connect", () => resolve());
	});
}
