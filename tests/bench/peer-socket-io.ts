import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "#commands/steps/root.ts";
import { lineFrom } from "#tests/setup/processes.ts";
import type { Contender, ConversationPlan } from "./contender.ts";
import { makeConversations } from "./database.ts";
import { GC_NODE_OPTIONS } from "./ours.ts";
import { measurePair } from "./server-pair.ts";

/** An offset that is higher than that of any message, so that a client that sends it gets no earlier messages. */
const NEWEST_OFFSET = String(Number.MAX_SAFE_INTEGER);

/** Starts the chat with Socket.IO: two processes of peer-socket-io-server.ts on one database. */
export async function startSocketIo(options: {
	databaseUrl: string;
	secret: string;
	conversations: ConversationPlan;
	hasLimits: boolean;
}): Promise<Contender> {
	const conversations = await makeConversations(options.databaseUrl, options.conversations);
	// The first process creates the tables before the second starts, because two processes that create them at once
	// would conflict.
	const writer = await startOne(options);
	const reader = await startOne(options);
	const processes = [writer.process, reader.process];
	return {
		kind: "socket.io",
		writerUrl: writer.url,
		readerUrl: reader.url,
		cursors: { before: "0", behind: String(conversations.length), live: NEWEST_OFFSET },
		conversations,
		...measurePair(processes),
		async stop() {
			await Promise.all(processes.map(end));
		},
	};
}

async function startOne(options: {
	databaseUrl: string;
	secret: string;
}): Promise<{ process: ChildProcess; url: string }> {
	const script = join(ROOT, "tests/bench/peer-socket-io-server.ts");
	const child = spawn(process.execPath, [...GC_NODE_OPTIONS, "--import", "tsx", script], {
		cwd: ROOT,
		env: {
			...process.env,
			NODE_ENV: "production",
			NODE_OPTIONS: "",
			DATABASE_URL: options.databaseUrl,
			APP_SECRET: options.secret,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	const line = await lineFrom(child, /^http:/);
	return { process: child, url: line };
}

function end(child: ChildProcess): Promise<void> {
	return new Promise((resolve) => {
		if (child.exitCode !== null || child.signalCode !== null) return resolve();
		child.once("exit", () => resolve());
		child.kill("SIGKILL");
	});
}
