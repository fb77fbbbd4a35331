import { join } from "node:path";
import { ROOT } from "#commands/steps/root.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import type { Contender, Conversation } from "./contender.ts";
import { makeConversations } from "./database.ts";
import { measurePair } from "./server-pair.ts";

/** Lets a server collect its garbage when told, so that memory is read after and not before. */
export const COLLECTING = ["--expose-gc", "--import", join(ROOT, "tests/setup/gc-on-signal.mjs")];

/**
 * Ours: two processes of the built app, each what `npm run serve` starts, on one database. What the peer does
 * not have is off: limits and the assistant.
 */
export async function startOurs(options: {
	databaseUrl: string;
	secret: string;
	conversations: number;
}): Promise<Contender> {
	const { databaseUrl, secret } = options;
	const conversations = await makeConversations(databaseUrl, options.conversations);
	const env = {
		DATABASE_URL: databaseUrl,
		LISTEN_DATABASE_URL: "",
		BUS_URL: "",
		APP_SECRET: secret,
		RATE_LIMITS: "off",
		ASSISTANT: "off",
		OPENAI_API_KEY: "",
		NODE_OPTIONS: "",
	};
	const [writer, reader] = await Promise.all([
		startServerProcess(env, COLLECTING),
		startServerProcess(env, COLLECTING),
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

/** The epoch that the servers give out in every cursor. */
async function readEpoch(url: string, conversation: Conversation | undefined): Promise<string> {
	if (!conversation) throw new Error("There is no conversation to ask with.");
	const { sessionId, cookie } = conversation;
	const response = await fetch(`${url}/chat/sync?sessionId=${sessionId}`, { headers: { Cookie: cookie } });
	const { cursor } = (await response.json()) as { cursor: string };
	return cursor.slice(0, cursor.indexOf("."));
}
