import { createServer, type Socket } from "node:net";

/** An email as the test's mail server received it. */
export type ReceivedEmail = { from: string; to: string[]; text: string };

/**
 * Starts a small SMTP server (RFC 5321) that keeps every email, or refuses every recipient.
 * @param options.busyFor number of attempts to send an email that the server first defers (451).
 * @param options.hangsUp closes the connection after the server has accepted an email, before its reply.
 * @returns the URL for SMTP_URL and the emails so far.
 */
export async function startSmtpServer(
	options: { refuses?: boolean; busyFor?: number; hangsUp?: boolean } = {},
) {
	const emails: ReceivedEmail[] = [];
	let busyFor = options.busyFor ?? 0;
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		socket.on("error", () => {});
		const reply = (line: string) => socket.write(`${line}\r\n`);
		let email: ReceivedEmail = { from: "", to: [], text: "" };
		let isData = false;
		let pending = "";
		reply("220 smtp.test");
		socket.on("data", (chunk) => {
			pending += chunk.toString("utf8");
			for (let end = pending.indexOf("\r\n"); end !== -1; end = pending.indexOf("\r\n")) {
				take(pending.slice(0, end));
				pending = pending.slice(end + 2);
			}
		});
		function take(line: string) {
			if (isData) {
				if (line !== ".") email.text += `${line.replace(/^\./, "")}\n`;
				else {
					isData = false;
					emails.push(email);
					email = { from: "", to: [], text: "" };
					if (options.hangsUp) socket.destroy();
					else reply("250 kept");
				}
				return;
			}
			const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
			if (/^(EHLO|HELO)/i.test(line)) reply("250 smtp.test");
			else if (/^MAIL FROM/i.test(line)) {
				email.from = address;
				reply("250 ok");
			} else if (/^RCPT TO/i.test(line)) {
				if (options.refuses) return reply(`550 no mailbox <${address}> here`);
				if (busyFor-- > 0) return reply("451 not now");
				email.to.push(address);
				reply("250 ok");
			} else if (/^DATA/i.test(line)) {
				isData = true;
				reply("354 go on");
			} else if (/^QUIT/i.test(line)) {
				reply("221 bye");
				socket.end();
			} else reply("250 ok");
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	return {
		url: `smtp://127.0.0.1:${port}`,
		emails,
		close: () =>
			new Promise<void>((resolve) => {
				for (const socket of sockets) socket.destroy();
				server.close(() => resolve());
			}),
	};
}
