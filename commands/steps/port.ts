import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "./command.ts";

/** Milliseconds that a server that was just killed may need to release its port. */
const RELEASE_TIMEOUT_MS = 2_000;
const RETRY_DELAY_MS = 100;

/**
 * Checks that a server can listen on a port; port 0 is replaced by a free one.
 * @param host the address to listen on; undefined means all addresses, as for remix-serve.
 * @returns the port.
 * @throws CommandError when the port is in use or not permitted.
 */
export async function requireFreePort(port: number, host?: string): Promise<number> {
	const deadline = Date.now() + RELEASE_TIMEOUT_MS;
	for (;;) {
		const outcome = await tryListening(port, host);
		if (typeof outcome === "number") return outcome;
		if (outcome.code === "EADDRINUSE" && Date.now() < deadline) {
			await delay(RETRY_DELAY_MS);
			continue;
		}
		throw new CommandError(describePortFault(outcome.code ?? outcome.message, port, host));
	}
}

function describePortFault(code: string, port: number, host: string | undefined): string {
	const other = port === 65_535 ? port - 1 : port + 1;
	if (code === "EADDRINUSE") {
		return `Port ${port} is taken by another program; stop it, or choose another port, for example PORT=${other}.`;
	}
	if (code === "EACCES") {
		return `This user may not listen on port ${port}; choose one above 1023, for example PORT=3000.`;
	}
	return `The server cannot listen on ${host ?? "any address"}, port ${port} (${code}); correct HOST and PORT.`;
}

function tryListening(port: number, host: string | undefined): Promise<number | NodeJS.ErrnoException> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", resolve);
		server.listen(port, host, () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address ? address.port : port));
		});
	});
}
