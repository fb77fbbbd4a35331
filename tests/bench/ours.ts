import { join } from "node:path";
import { ROOT } from "#commands/steps/root.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import type { Contender, Conversation, ConversationPlan } from "./contender.ts";
import { makeConversations } from "./database.ts";
import { measurePair } from "./server-pair.ts";

/** Node options with which a server process collects garbage when it gets a signal, before its memory is measured. */
export const GC_NODE_OPTIONS = ["--expose-gc", "--import", join(ROOT, "tests/setup/gc-on-signal.mjs")];

/**
 * Starts two server processes of the built app on one database, as `npm run serve` does. The assistant is off, and
 * rate limits are off unless requested, because the Socket.IO server has neither.
 */
export async function startOurs(options: {
	databaseUrl: string;
	secret: string;
	conversations: ConversationPlan;
	hasLimits: boolean;
}): Promise<Contender> {
	const { databaseUrl, secret } = options;
	const conversations = await makeConversations(databaseUrl, options.conversations);
	const env = {
		DATABASE_URL: databaseUrl,
		LISTEN_DATABASE_URL: "",
		BUS_URL: "",
		APP_SECRET: secret,
		RATE_LIMITS: options.hasLimits ? "on" : "off",
		ASSISTANT: "off",
		OPENAI_API_KEY: "",
		NODE_OPTIONS: "",
	};
	const [writer, reader] = await Promise.all([
		startServerProcess(env, GC_NODE_OPTIONS),
		startServerProcess(env, GC_NODE_OPTIONS),
	]);
	const servers = [writer, reader];
	const epoch = await readEpoch(writer.url, conversations[0]);
	return {
		kind: "ours",
		writerUrl: writer.url,
		readerUrl: reader.url,
		cursors: { before: `${epoch}.p0`, behind: `${epoch}.p1`, live: null },
		conversations,
		...measurePair(servers.map((server) => server.process)),
		async stop() {
			await Promise.all(servers.map((server) => server.end("SIGKILL")));
		},
	};
}

/** Reads the epoch that is part of every cursor of our servers. */
async function readEpoch(url: string, conversation: Conversation | undefined): Promise<string> {
	if (!conversation) throw new Error("There is no conversation to ask with.");
	const { sessionId, cookie } = conversation;
	const response = await fetch(`${url}/chat/sync?sessionId=${sessionId}`, { headers: { Cookie: cookie } });
	const { cursor } = (await response.json()) as { cursor: string };
	return cursor.slice(0, cursor.indexOf("."));
}
