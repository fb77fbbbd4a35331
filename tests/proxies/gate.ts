import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A server as the proxy in front of it sees it: bytes go through untouched until the gate is shut. */
export interface Gate {
	port: number;
	/** From now on connections are refused, and those that are open end: the server is gone. */
	shut(): Promise<void>;
	/** The server is back on the same port. */
	reopen(): Promise<void>;
}

/** Puts a gate on 127.0.0.1 in front of a port of this machine. */
export async function openGate(targetPort: number): Promise<Gate> {
	const open = new Set<Socket>();
	const server = createServer((near) => {
		const far = connect(targetPort, "127.0.0.1");
		for (const [socket, other] of [
			[near, far],
			[far, near],
		] as const) {
			open.add(socket);
			socket.setNoDelay(true);
			socket.pipe(other);
			socket.on("error", () => other.destroy());
			socket.once("close", () => {
				open.delete(socket);
				other.destroy();
			});
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return {
		port,
		async shut() {
			if (!server.listening) return;
			const closed = new Promise((resolve) => server.close(resolve));
			for (const socket of open) socket.destroy();
			await closed;
		},
		async reopen() {
			server.listen(port, "127.0.0.1");
			await once(server, "listening");
		},
	};
}
