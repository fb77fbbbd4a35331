import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP server between a proxy and its backend: it passes bytes on until it is shut. */
export interface Gate {
	port: number;
	/** Refuses connections and ends open ones, as if the server were gone. */
	shut(): Promise<void>;
	/** Accepts connections on the same port again. */
	reopen(): Promise<void>;
}

/** Opens a gate on 127.0.0.1 in front of a port of this machine. */
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
