import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/**
 * Opens a WebSocket with the handshake of a browser. The code supports only short text messages, so that thousands of
 * connections are cheap: Socket.IO's client would need more processor time than the servers.
 * @param onText receives each text message.
 */
export function openRawWebSocket(url: string, onText: (text: string, socket: Socket) => void): Socket {
	const { hostname, port, host } = new URL(url);
	const socket = connect({ host: hostname, port: Number(port), noDelay: true });
	let held = Buffer.alloc(0);
	let isOpen = false;
	socket.write(
		`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
			`Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
	);
	socket.on("data", (chunk) => {
		held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
		if (!isOpen) {
			const end = held.indexOf("\r\n\r\n");
			if (end < 0) return;
			isOpen = true;
			held = held.subarray(end + 4);
		}
		for (let frame = readFrame(held); frame; frame = readFrame(held)) {
			held = held.subarray(frame.length);
			onText(frame.text, socket);
		}
		// The unread bytes are copied, so that the large buffer to which they belong can be freed.
		held = held.length === 0 ? Buffer.alloc(0) : Buffer.from(held);
	});
	return socket;
}

/** Sends a text of fewer than 65,536 bytes over a WebSocket. */
export function sendText(socket: Socket, text: string): void {
	const payload = Buffer.from(text);
	const head = payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0x80 | 126, 0, 0];
	// The WebSocket mask is all zeros, which is valid and leaves the text unchanged.
	const frame = Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
	if (payload.length >= 126) frame.writeUInt16BE(payload.length, 2);
	socket.write(frame);
}

/** The first complete WebSocket frame in the bytes (RFC 6455, section 5.2), and the frame's length in bytes. */
function readFrame(bytes: Buffer): { text: string; length: number } | null {
	if (bytes.length < 2) return null;
	const short = (bytes[1] ?? 0) & 0x7f;
	if (short === 127) throw new Error("A frame of more than 65,535 bytes is not expected here.");
	const at = short === 126 ? 4 : 2;
	if (bytes.length < at) return null;
	const size = short === 126 ? bytes.readUInt16BE(2) : short;
	if (bytes.length < at + size) return null;
	return { text: bytes.toString("utf8", at, at + size), length: at + size };
}
