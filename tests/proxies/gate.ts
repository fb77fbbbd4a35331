import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP forwarder between a proxy and the server, which can make the server unreachable. */
export interface TcpGate {
	port: number;
	/** Refuses new connections and closes open ones, as when the server has stopped. */
	shut(): Promise<void>;
	/** Accepts connections on the same port again. */
	reopen(): Promise<void>;
}

/** Starts a forwarder on 127.0.0.1 to a port of this machine. */
export async function openTcpGate(targetPort: number): Promise<TcpGate> {
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
