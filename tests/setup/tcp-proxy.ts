import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort, type OptionalServer } from "./optional-server.ts";

/** Prepares a TCP proxy in front of a shared server, so that the server can be down or frozen for one test only. */
export async function prepareProxy(target: { host: string; port: number }): Promise<OptionalServer> {
	const port = await freePort();
	const sockets = new Set<Socket>();
	let server: Server | undefined;
	let isFrozen = false;

	function join(client: Socket) {
		const upstream = connect(target);
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => {
				sockets.delete(socket);
				client.destroy();
				upstream.destroy();
			});
			if (isFrozen) socket.pause();
		}
		client.on("data", (bytes) => upstream.write(bytes));
		upstream.on("data", (bytes) => client.write(bytes));
		if (isFrozen) for (const socket of [client, upstream]) socket.pause();
	}

	return {
		port,
		async start() {
			const opened = createServer(join);
			server = opened;
			await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
		},
		async kill() {
			const closing = server;
			server = undefined;
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
		},
		freeze() {
			isFrozen = true;
			for (const socket of sockets) socket.pause();
		},
		thaw() {
			isFrozen = false;
			for (const socket of sockets) socket.resume();
		},
	};
}
